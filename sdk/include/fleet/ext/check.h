/* fleet/ext/check.h - plugin extension: findings beyond what types can say. */
#ifndef FLEET_EXT_CHECK_H
#define FLEET_EXT_CHECK_H
#include "../plugin.h"
FLEET_BEGIN

#define FLEET_EXT_CHECK "fleet.check/1"

typedef struct fleet_plugin_check {
  /* Looks at one composed host and reports findings through "fleet.diag/1". A failure status means that the
     check itself could not run. [plugin-thread & active; worker-thread with FLEET_MF_PURE] */
  fleet_status_t(FLEET_CALL* check)(const fleet_plugin_t* self, fleet_bytes_t composed_host, fleet_error_t* err);
} fleet_plugin_check_t;

FLEET_END
#endif

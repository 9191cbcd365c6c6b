/* fleet/ext/schema.h - plugin extension: the options a plugin declares below its manifest's option_root. */
#ifndef FLEET_EXT_SCHEMA_H
#define FLEET_EXT_SCHEMA_H
#include "../plugin.h"
FLEET_BEGIN

#define FLEET_EXT_SCHEMA "fleet.schema/1"

typedef struct fleet_plugin_schema {
  /* Writes one schema document (docs/sdk/messages.md). The same bytes on every call. After a failure the
     plugin is not used. [plugin-thread & inactive, active] */
  fleet_status_t(FLEET_CALL* write)(const fleet_plugin_t* self, const fleet_writer_t* out, fleet_error_t* err);
} fleet_plugin_schema_t;

FLEET_END
#endif

/* fleet/ext/diag.h - host extension: report several findings from one call. */
#ifndef FLEET_EXT_DIAG_H
#define FLEET_EXT_DIAG_H
#include "../host.h"
FLEET_BEGIN

#define FLEET_EXT_DIAG "fleet.diag/1"

enum { FLEET_SEVERITY_NOTE = 0, FLEET_SEVERITY_WARNING = 1, FLEET_SEVERITY_ERROR = 2 };

typedef struct fleet_host_diag {
  /* Copies `finding`; its `status` is not looked at. Belongs to the call that runs on the plugin thread:
     outside of one it is only logged. At most 10000 a call, the rest is counted. Cannot fail. [thread-safe]
   */
  void(FLEET_CALL* emit)(const fleet_host_t* host, uint32_t severity, const fleet_error_t* finding);
} fleet_host_diag_t;

FLEET_END
#endif

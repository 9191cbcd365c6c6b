/* fleet/ext/cancel.h - host extension: has the running call become pointless? Long loops should ask. */
#ifndef FLEET_EXT_CANCEL_H
#define FLEET_EXT_CANCEL_H
#include "../host.h"
FLEET_BEGIN

#define FLEET_EXT_CANCEL "fleet.cancel/1"

typedef struct fleet_host_cancel {
  /* 1 when the running call was cancelled or its deadline has passed: return FLEET_E_CANCELLED soon. Cheap
     enough for every turn of a loop. [plugin-thread] */
  uint8_t(FLEET_CALL* is_cancelled)(const fleet_host_t* host);

  /* The running call's deadline on CLOCK_MONOTONIC in nanoseconds, 0 when there is none. [plugin-thread] */
  int64_t(FLEET_CALL* deadline_ns)(const fleet_host_t* host);
} fleet_host_cancel_t;

FLEET_END
#endif

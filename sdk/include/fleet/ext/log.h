/* fleet/ext/log.h - host extension: lines for the person who runs fleetd. They may be lost. */
#ifndef FLEET_EXT_LOG_H
#define FLEET_EXT_LOG_H
#include "../host.h"
FLEET_BEGIN

#define FLEET_EXT_LOG "fleet.log/1"

enum { FLEET_LOG_DEBUG = 0, FLEET_LOG_INFO = 1, FLEET_LOG_WARNING = 2, FLEET_LOG_ERROR = 3 };

typedef struct fleet_host_log {
  /* Copies `text`, one line without a newline; long lines are cut. Cannot fail. [thread-safe] */
  void(FLEET_CALL* log)(const fleet_host_t* host, int32_t level, fleet_str_t text);
} fleet_host_log_t;

FLEET_END
#endif

/* fleet/ext/thread_check.h - host extension: ask which thread this is, for assertions. */
#ifndef FLEET_EXT_THREAD_CHECK_H
#define FLEET_EXT_THREAD_CHECK_H
#include "../host.h"
FLEET_BEGIN

#define FLEET_EXT_THREAD_CHECK "fleet.thread-check/1"

typedef struct fleet_host_thread_check {
  uint8_t(FLEET_CALL* is_plugin_thread)(const fleet_host_t* host); /* 1 on this instance's thread. [thread-safe] */
  uint8_t(FLEET_CALL* is_worker_thread)(const fleet_host_t* host); /* 1 on a thread of the pool. [thread-safe] */
} fleet_host_thread_check_t;

FLEET_END
#endif

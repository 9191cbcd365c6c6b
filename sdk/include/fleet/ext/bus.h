/* fleet/ext/bus.h - host extension: the bus as a plugin sees it. Sockets stay the host's business. */
#ifndef FLEET_EXT_BUS_H
#define FLEET_EXT_BUS_H
#include "../plugin.h"
FLEET_BEGIN

#define FLEET_EXT_BUS "fleet.bus/1"

/* Called exactly once for a request: FLEET_OK with the reply, or a failure (FLEET_E_DEADLINE,
   FLEET_E_CANCELLED, ...) with a null message. [plugin-thread & active] */
typedef void(FLEET_CALL* fleet_reply_fn)(void* user, fleet_status_t status, const fleet_message_t* reply);

typedef struct fleet_host_bus {
  /* Sends an event, which may be lost. Copies `body`. FLEET_E_DENIED when the topic is not below topics_out,
     FLEET_E_LIMIT when too much is waiting. [thread-safe & active] */
  fleet_status_t(FLEET_CALL* publish)(const fleet_host_t* host, const char* topic, fleet_bytes_t body);

  /* Asks `target` (a plugin id or "kernel"). Copies `body`. `timeout_ms` is 1..600000. Writes the number for
     cancel() to `correlation` (may be null) before `reply` can be called. Errors as publish(). [plugin-thread
     & active] */
  fleet_status_t(FLEET_CALL* request)(const fleet_host_t* host, const char* target, const char* topic,
                                      fleet_bytes_t body, uint32_t timeout_ms, fleet_reply_fn reply, void* user,
                                      uint64_t* correlation);

  /* Gives a request up; `reply` is called with FLEET_E_CANCELLED before this returns.
     FLEET_E_INVALID_ARGUMENT when it was answered already. [plugin-thread & active] */
  fleet_status_t(FLEET_CALL* cancel)(const fleet_host_t* host, uint64_t correlation);
} fleet_host_bus_t;

FLEET_END
#endif

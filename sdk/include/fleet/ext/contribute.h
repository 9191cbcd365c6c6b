/* fleet/ext/contribute.h - plugin extension: configuration for hosts, as rules or host by host. */
#ifndef FLEET_EXT_CONTRIBUTE_H
#define FLEET_EXT_CONTRIBUTE_H
#include "../plugin.h"
FLEET_BEGIN

#define FLEET_EXT_CONTRIBUTE "fleet.contribute/1"

/* The documents are described in docs/sdk/messages.md. Each function may be null. */
typedef struct fleet_plugin_contribute {
  /* Writes one fragment that holds for every host the plugin is selected on: definitions with conditions and
     references, which the kernel settles for each host by itself. The same bytes on every call. A failure
     concerns all its hosts. [plugin-thread & active] */
  fleet_status_t(FLEET_CALL* rules)(const fleet_plugin_t* self, const fleet_writer_t* out, fleet_error_t* err);

  /* Tells what the coming contribute() calls have in common: machines, instances, roles, settings. It
     replaces what the last call told. After a failure the contribute() calls are not made. [plugin-thread &
     active] */
  fleet_status_t(FLEET_CALL* fleet)(const fleet_plugin_t* self, fleet_bytes_t fleet_view, fleet_error_t* err);

  /* Writes one fragment for the host in `host_view`. The same input gives the same bytes. A failure concerns
     this host only. [plugin-thread & active; worker-thread with FLEET_MF_PURE] */
  fleet_status_t(FLEET_CALL* contribute)(const fleet_plugin_t* self, fleet_bytes_t host_view, const fleet_writer_t* out,
                                         fleet_error_t* err);
} fleet_plugin_contribute_t;

FLEET_END
#endif

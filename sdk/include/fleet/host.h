/* fleet/host.h - the kernel as a plugin sees it. */
#ifndef FLEET_HOST_H
#define FLEET_HOST_H
#include "types.h"
FLEET_BEGIN

/* Owned by the host; lives longer than the plugin's destroy(). */
typedef struct fleet_host {
  uint32_t struct_size;
  uint32_t reserved;       /* 0 */
  fleet_version_t version; /* of the ABI the host implements */
  void* impl;              /* the host's, do not touch */
  const char* name;        /* "fleetd" */
  const char* build;       /* version of the program, for people */

  /* A host extension (fleet/ext/...) or null when the host has none of that id. The pointer is owned by the
     host and valid until destroy() returns. Not before init(). [thread-safe & created, inactive, active] */
  const void*(FLEET_CALL* get_extension)(const struct fleet_host* host, const char* id);

  /* Asks for one call of plugin->on_callback() on the plugin thread, soon. Several requests may become one
     call. [thread-safe & active] */
  void(FLEET_CALL* request_callback)(const struct fleet_host* host);

  /* Asks for deactivate() and activate() after the current call. `reason` (may be null) is copied.
   * [thread-safe & active] */
  void(FLEET_CALL* request_restart)(const struct fleet_host* host, const char* reason);
} fleet_host_t;

FLEET_END
#endif

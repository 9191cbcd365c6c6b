/* fleet/ext/secrets.h - plugin extension of the secrets role: references to values. Called in isolated
 * hosts, unless whoever runs fleetd isolates nothing. */
#ifndef FLEET_EXT_SECRETS_H
#define FLEET_EXT_SECRETS_H
#include "../plugin.h"
FLEET_BEGIN

#define FLEET_EXT_SECRETS "fleet.secrets/1"

typedef struct fleet_plugin_secrets {
  /* `refs` is an array of secret references; writes an array of byte strings, sealed for their receiver, in
     the same order: age files that only the receiver opens. Plain text never leaves through it. A failure concerns all
     of `refs`. [plugin-thread & active] */
  fleet_status_t(FLEET_CALL* resolve)(const fleet_plugin_t* self, fleet_bytes_t refs, const fleet_writer_t* out,
                                      fleet_error_t* err);
} fleet_plugin_secrets_t;

FLEET_END
#endif

/* fleet/version.h - the version of the ABI this SDK describes. Its major is also part of the entry symbol's
 * name. */
#ifndef FLEET_VERSION_H
#define FLEET_VERSION_H
#include "abi.h"
FLEET_BEGIN

typedef struct fleet_version {
  uint16_t major, minor, patch, reserved; /* reserved is 0 */
} fleet_version_t;

#define FLEET_VERSION_MAJOR 0
#define FLEET_VERSION_MINOR 1
#define FLEET_VERSION_PATCH 0
#define FLEET_VERSION_INIT \
  { FLEET_VERSION_MAJOR, FLEET_VERSION_MINOR, FLEET_VERSION_PATCH, 0 }

/* Nonzero if a host of version `host` can run a plugin that needs at least `need`. Pure. [any thread] */
static inline int fleet_version_ok(fleet_version_t host, fleet_version_t need) {
  return host.major == need.major && host.minor >= need.minor;
}

FLEET_END
#endif

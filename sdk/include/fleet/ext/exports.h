/* fleet/ext/exports.h - plugin extension: what a service tells other services before hosts are composed. */
#ifndef FLEET_EXT_EXPORTS_H
#define FLEET_EXT_EXPORTS_H
#include "../plugin.h"
FLEET_BEGIN

#define FLEET_EXT_EXPORTS "fleet.exports/1"

typedef struct fleet_plugin_exports {
  /* Writes a map: scope ("service:instance:role:machine", an empty part stands for all) to a map of interface
     names to values. It is about the fleet of the last fleet() call of fleet.contribute/1, whose own exports
     are empty then. The same fleet gives the same bytes. A failure costs the service its exports.
     [plugin-thread & active] */
  fleet_status_t(FLEET_CALL* exports)(const fleet_plugin_t* self, const fleet_writer_t* out, fleet_error_t* err);
} fleet_plugin_exports_t;

FLEET_END
#endif

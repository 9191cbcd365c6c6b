/* fleet/ext/network.h - plugin extension of the network role: facts such as addresses in an overlay. */
#ifndef FLEET_EXT_NETWORK_H
#define FLEET_EXT_NETWORK_H
#include "../plugin.h"
FLEET_BEGIN

#define FLEET_EXT_NETWORK "fleet.network/1"

typedef struct fleet_plugin_network {
  /* `fleet_view` as in "fleet.contribute/1"; writes a map: machine name -> facts (a map). The same input
     gives the same bytes. After a failure there are no facts. [plugin-thread & active] */
  fleet_status_t(FLEET_CALL* facts)(const fleet_plugin_t* self, fleet_bytes_t fleet_view, const fleet_writer_t* out,
                                    fleet_error_t* err);
} fleet_plugin_network_t;

FLEET_END
#endif

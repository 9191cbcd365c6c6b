/* fleet/ext/render.h - plugin extension of platforms: a composed host as files. */
#ifndef FLEET_EXT_RENDER_H
#define FLEET_EXT_RENDER_H
#include "../plugin.h"
FLEET_BEGIN

#define FLEET_EXT_RENDER "fleet.render/1"

typedef struct fleet_plugin_render {
  /* Writes the files of one composed host (docs/sdk/messages.md): relative, normalised paths only. The same
     input gives the same bytes. A failure concerns this host only. [plugin-thread & active; worker-thread with
     FLEET_MF_PURE] */
  fleet_status_t(FLEET_CALL* render)(const fleet_plugin_t* self, fleet_bytes_t composed_host, const fleet_writer_t* out,
                                     fleet_error_t* err);
} fleet_plugin_render_t;

FLEET_END
#endif

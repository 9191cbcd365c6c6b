/* fleet/entry.h - the one symbol a plugin library exports, and the factory behind it. */
#ifndef FLEET_ENTRY_H
#define FLEET_ENTRY_H
#include "plugin.h"
FLEET_BEGIN

#define FLEET_PLUGIN_FACTORY "fleet.plugin-factory/1"

/* Owned by the library, valid while it is loaded. Never changes: another form gets the id "/2". */
typedef struct fleet_plugin_factory {
  /* How many plugins the library holds, 1..64. [thread-safe] */
  uint32_t(FLEET_CALL* count)(const struct fleet_plugin_factory* self);

  /* The manifest of one of them, null when `index` is out of range. Fast; creates nothing. It stays
     valid while the library is loaded. [thread-safe] */
  const fleet_manifest_t*(FLEET_CALL* manifest)(const struct fleet_plugin_factory* self, uint32_t index);

  /* A new instance, or null with `err` filled. Only allocates: it must not call the host yet. Freed with
     plugin->destroy(). [thread-safe] */
  const fleet_plugin_t*(FLEET_CALL* create)(const struct fleet_plugin_factory* self, const fleet_host_t* host,
                                            const char* plugin_id, fleet_error_t* err);
} fleet_plugin_factory_t;

/* Static storage, never changed. */
typedef struct fleet_entry {
  uint32_t struct_size;
  uint32_t reserved;        /* 0 */
  fleet_version_t sdk;      /* the version compiled against */
  fleet_version_t min_host; /* the oldest host accepted */

  /* Called before any other function of the library. The host counts: calls may come several times, each with
     its own deinit(). `plugin_path` is the absolute path of the library, borrowed. After a failure, told in
     `err`, nothing else of the library is called. [any thread, never two at once] */
  fleet_status_t(FLEET_CALL* init)(const char* plugin_path, fleet_error_t* err);
  /* Ends what one init() began. [any thread, never two at once] */
  void(FLEET_CALL* deinit)(void);

  /* The factory of that id, or null; it stays valid while the library is loaded. [thread-safe] */
  const void*(FLEET_CALL* get_factory)(const char* factory_id);
} fleet_entry_t;

/* The symbol. A library for another major of the ABI exports another name and is therefore never misread. */
#define FLEET_ENTRY_SYMBOL "fleet_entry_v0"
FLEET_EXPORT extern const fleet_entry_t fleet_entry_v0;

FLEET_END
#endif

/* fleet/plugin.h - one plugin instance, and a message as it sees it.

   Threads. [plugin-thread] is a symbolic thread: one per instance, never two calls at once; it may be another
   thread of the operating system tomorrow. [worker-thread]: one of a pool; two calls at once only with
   FLEET_MF_PURE. [thread-safe]: any thread, any time between init() and destroy(). States. create() ->
   created -> init() -> inactive <-> activate()/deactivate() <-> active; destroy() from created and inactive.
   A tag such as "& active" names the states a function may be called in. Every function must return; none may
   let a C++ exception out. */
#ifndef FLEET_PLUGIN_H
#define FLEET_PLUGIN_H
#include "host.h"
#include "manifest.h"
FLEET_BEGIN

typedef uint32_t fleet_msg_kind_t;
enum { FLEET_MSG_EVENT = 1, FLEET_MSG_REQUEST = 2, FLEET_MSG_REPLY = 3, FLEET_MSG_ERROR = 4 };

/* Borrowed, with everything it points to, until the function it was passed to returns. */
typedef struct fleet_message {
  uint32_t struct_size;
  fleet_msg_kind_t kind;
  uint64_t correlation; /* joins reply and request; 0 for events */
  uint64_t epoch;       /* the composition run it belongs to */
  int64_t deadline_ns;  /* CLOCK_MONOTONIC of the receiving process, 0 = none */
  const char* topic;    /* "fleet.contribute/1" */
  const char* sender;   /* plugin id or "kernel"; checked by the host */
  fleet_bytes_t body;
} fleet_message_t;

/* Made by the factory's create(), freed by its own destroy(). */
typedef struct fleet_plugin {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */
  const fleet_manifest_t* manifest;
  void* impl; /* the plugin's */

  /* Fetches host extensions and allocates; no input or output. After a failure the host calls destroy().
     [plugin-thread & created] */
  fleet_status_t(FLEET_CALL* init)(const struct fleet_plugin* self, fleet_error_t* err);

  /* Starts. `settings` is a msgpack map of the plugin's own fleet-level settings, or empty. After a failure
     the plugin stays inactive; the host may try once more. [plugin-thread & inactive] */
  fleet_status_t(FLEET_CALL* activate)(const struct fleet_plugin* self, fleet_bytes_t settings, fleet_error_t* err);

  /* Stops. No call to the host may be running or made after it returns. [plugin-thread & active] */
  void(FLEET_CALL* deactivate)(const struct fleet_plugin* self);

  /* Frees the instance. `self` and everything got through it is gone. [plugin-thread & created, inactive] */
  void(FLEET_CALL* destroy)(const struct fleet_plugin* self);

  /* A message on a topic of the manifest's topics_in. `reply` takes one msgpack document and is null for
     events. Must return before msg->deadline_ns. FLEET_E_UNSUPPORTED when the topic means nothing to it. May
     be null. [plugin-thread & active] */
  fleet_status_t(FLEET_CALL* on_message)(const struct fleet_plugin* self, const fleet_message_t* msg,
                                         const fleet_writer_t* reply, fleet_error_t* err);

  /* The answer to host->request_callback(). May be null. [plugin-thread & active] */
  void(FLEET_CALL* on_callback)(const struct fleet_plugin* self);

  /* A plugin extension (fleet/ext/...) or null for an unknown id; the same answer on every call. The pointer
     is owned by the plugin and valid until destroy(). [thread-safe & inactive, active] */
  const void*(FLEET_CALL* get_extension)(const struct fleet_plugin* self, const char* id);
} fleet_plugin_t;

FLEET_END
#endif

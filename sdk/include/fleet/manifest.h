/* fleet/manifest.h - what a plugin is and what it may touch, readable before any instance exists. */
#ifndef FLEET_MANIFEST_H
#define FLEET_MANIFEST_H
#include "types.h"
FLEET_BEGIN

typedef uint32_t fleet_role_t;
enum {
  FLEET_ROLE_SERVICE = 1,  /* contributes configuration of one service */
  FLEET_ROLE_PLATFORM = 2, /* knows a class of hosts: its core options, how to render and activate it */
  FLEET_ROLE_SECRETS = 3,  /* keeps generated values */
  FLEET_ROLE_NETWORK = 4   /* builds a network between hosts and tells addresses */
};

enum {
  FLEET_MF_PURE = 1 << 0,      /* answers depend on the arguments alone: they may be cached and asked for in parallel */
  FLEET_MF_ISOLATE = 1 << 1,   /* wants a process of its own */
  FLEET_MF_IN_PROCESS = 1 << 2 /* vetted: may run inside the kernel's process */
};

/* Static storage in the plugin, never changed, valid while the library is loaded. The host copies and
   validates it.

   Ids: [a-z0-9] at both ends, [a-z0-9.-] between, at most FLEET_MAX_ID bytes. The library file is called
   "<id>.so". Paths: names joined by dots, a name with other characters than [A-Za-z0-9_'-] quoted
   ("etc.\"a.conf\""), `*` for any one name. A path stands for itself and everything below it. Topics:
   prefixes such as "fleet.facts/1". All lists are null-terminated; a null list is an empty one unless said
   otherwise. */
typedef struct fleet_manifest {
  uint32_t struct_size;
  fleet_role_t role;
  uint32_t flags;
  uint32_t reserved;                                /* 0 */
  fleet_version_t min_host;                         /* oldest host that can run it */
  const char* id;                                   /* mandatory: "org.example.hello" */
  const char* name;                                 /* mandatory, for people: "Hello" */
  const char* version;                              /* mandatory: "1.2.0" */
  const char *vendor, *license, *url, *description; /* optional, null or text */
  const char* option_root;       /* the one subtree it may declare options in: "services.hello"; "" = all, platforms
                                    only; null = it declares none */
  const char* const* platforms;  /* classes it serves: "nixos", "darwin", "home"; null = any */
  const char* const* requires_;  /* ids of plugins that must be selected with it */
  const char* const* reads;      /* option paths its rules may refer to, besides its own subtree; "*" = all */
  const char* const* writes;     /* option paths it may define, besides nothing; "*" = all, platforms only */
  const char* const* topics_in;  /* topics it is told about */
  const char* const* topics_out; /* topics it may publish or request */
} fleet_manifest_t;

FLEET_END
#endif

/* fleet/types.h - limits, borrowed views, status codes, the caller-owned error and the writer. */
#ifndef FLEET_TYPES_H
#define FLEET_TYPES_H
#include "version.h"
FLEET_BEGIN

/* Hard limits. The host refuses what exceeds them before it spends memory on it. */
enum {
  FLEET_MAX_ID = 128,               /* bytes of a plugin id */
  FLEET_MAX_TOPIC = 256,            /* bytes of a topic */
  FLEET_MAX_PATH = 1024,            /* bytes of an option path as text */
  FLEET_MAX_PATH_PARTS = 64,        /* names in an option path */
  FLEET_MAX_DEPTH = 64,             /* nesting of one message */
  FLEET_MAX_EXPRESSION = 64 * 1024, /* bytes of one Nix expression */
  FLEET_MAX_MESSAGE = 16 << 20,     /* bytes of one message body */
  FLEET_MAX_NODES = 2 << 20         /* values in one message body */
};

/* UTF-8 text, borrowed until the call returns, not NUL-terminated. `data` may be null when `size` is 0. */
typedef struct fleet_str {
  const char* data;
  uint64_t size;
} fleet_str_t;

/* One msgpack document, borrowed until the call returns. `data` may be null when `size` is 0. */
typedef struct fleet_bytes {
  const void* data;
  uint64_t size;
} fleet_bytes_t;

/* FLEET_OK or a negative FLEET_E_ value. Unknown negative values count as FLEET_E_UNKNOWN. */
typedef int32_t fleet_status_t;
enum {
  FLEET_OK = 0,
  FLEET_E_UNKNOWN = -1,
  FLEET_E_INVALID_ARGUMENT = -2,
  FLEET_E_UNSUPPORTED = -3,
  FLEET_E_OUT_OF_MEMORY = -4,
  FLEET_E_LIMIT = -5,  /* larger, deeper or longer than a limit above */
  FLEET_E_SCHEMA = -6, /* bytes that do not have the documented form, or a value of the wrong type */
  FLEET_E_CONFLICT = -7,
  FLEET_E_DEADLINE = -8,
  FLEET_E_CANCELLED = -9,
  FLEET_E_STATE = -10, /* not allowed in this state */
  FLEET_E_IO = -11,
  FLEET_E_DENIED = -12,   /* outside of what the manifest names */
  FLEET_E_EXCEPTION = -13 /* a C++ exception was stopped at the boundary */
};

/* What went wrong. Owned by the CALLER, who sets `struct_size` and zeroes the rest; the callee fills it. All
   texts are NUL-terminated UTF-8; cutting them off is allowed. A callee must accept a null pointer, which
   only loses the text. */
typedef struct fleet_error {
  uint32_t struct_size;
  fleet_status_t status;
  uint32_t span;     /* id of a place received from the host, 0 = none */
  uint32_t reserved; /* 0 */
  char code[32];     /* stable and documented by the plugin: "HELLO01" */
  char path[256];    /* option path: "services.hello.port" */
  char message[512]; /* one sentence */
  char hint[256];    /* what to do about it */
} fleet_error_t;

/* The only way bytes leave a callee. Owned by the caller of the function it is passed to. */
typedef struct fleet_writer {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */
  void* impl;        /* the caller's, do not touch */
  /* Appends `size` bytes (copied); may be called repeatedly while the call it was passed to runs. Returns
     FLEET_OK, FLEET_E_LIMIT above FLEET_MAX_MESSAGE, FLEET_E_OUT_OF_MEMORY; after a failure the whole output
     is dropped. [the thread of the call it was passed to] */
  fleet_status_t(FLEET_CALL* write)(const struct fleet_writer* self, const void* data, uint64_t size);
} fleet_writer_t;

FLEET_END
#endif

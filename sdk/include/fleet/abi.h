/* fleet/abi.h - export macro, calling convention and the macros that let structs grow at the end. */
#ifndef FLEET_ABI_H
#define FLEET_ABI_H
#include <stddef.h>
#include <stdint.h>

#define FLEET_CALL /* the C calling convention everywhere fleetd runs; named so that a signature never has \
                      to change */
#define FLEET_EXPORT __attribute__((visibility("default")))

#ifdef __cplusplus
#define FLEET_BEGIN extern "C" {
#define FLEET_END }
/* The size of a struct, as stored in its `struct_size`. */
#define FLEET_SIZE(type) static_cast<uint32_t>(sizeof(type))
#define FLEET_FIELD_END_(type, field) (offsetof(type, field) + sizeof(type::field))
#else
#define FLEET_BEGIN
#define FLEET_END
#define FLEET_SIZE(type) ((uint32_t)sizeof(type))
#define FLEET_FIELD_END_(type, field) (offsetof(type, field) + sizeof(((type*)0)->field))
#endif

/* True if `field` exists in the (possibly older, shorter) struct behind the pointer `p`; false for a null
 * pointer. */
#define FLEET_HAS(p, type, field) ((p) && (p)->struct_size >= FLEET_FIELD_END_(type, field))

#endif

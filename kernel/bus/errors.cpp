// Errors that travel, see errors.hpp.
#include "kernel/bus/errors.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fleet/cxx/mapping.hpp>

namespace fleetd::bus {

Error fromReader(const ::fleet::Error& error, std::string_view what) {
  const auto code = error.status == FLEET_E_LIMIT ? Code::FL0311 : Code::FL0310;
  return fail(code,
              error.path.empty() ? fmt::format("{}: {}", what, error.message)
                                 : fmt::format("{}, at {}: {}", what, error.path, error.message),
              error.hint);
}

std::string packError(const ::fleet::Error& error) {
  ::fleet::FieldPacker map;
  map.text("code", error.code);
  map.text("hint", error.hint);
  map.text("message", error.message);
  map.text("path", error.path);
  map.field("status").integer(error.status);
  ::fleet::Packer out;
  map.finish(out);
  return out.take();
}

::fleet::Error parseError(std::string_view body) {
  ::fleet::Error out;
  ::fleet::Reader in(body);
  const auto done =
      ::fleet::readFields(in, ::fleet::Unknown::skip, [&](std::string_view name) -> ::fleet::Result<bool> {
        if (name == "code") return ::fleet::readInto(in, out.code);
        if (name == "hint") return ::fleet::readInto(in, out.hint);
        if (name == "message") return ::fleet::readInto(in, out.message);
        if (name == "path") return ::fleet::readInto(in, out.path);
        if (name == "status") return ::fleet::readInto(in, out.status);
        return false;
      });
  if (!done) return done.error();
  if (out.status >= FLEET_OK) out.status = FLEET_E_UNKNOWN;
  return out;
}

std::string_view statusName(fleet_status_t status) {
  switch (status) {
    case FLEET_E_INVALID_ARGUMENT: return "invalid argument";
    case FLEET_E_UNSUPPORTED: return "unsupported";
    case FLEET_E_OUT_OF_MEMORY: return "out of memory";
    case FLEET_E_LIMIT: return "limit exceeded";
    case FLEET_E_SCHEMA: return "malformed value";
    case FLEET_E_CONFLICT: return "conflict";
    case FLEET_E_DEADLINE: return "deadline passed";
    case FLEET_E_CANCELLED: return "cancelled";
    case FLEET_E_STATE: return "wrong state";
    case FLEET_E_IO: return "input or output failed";
    case FLEET_E_DENIED: return "denied";
    case FLEET_E_EXCEPTION: return "exception";
    default: return "unknown failure";
  }
}

}  // namespace fleetd::bus

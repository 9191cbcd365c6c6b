// Plugin failures as errors of ours.
#include "kernel/plugin/failure.hpp"

#include <cstring>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/bus/errors.hpp"

namespace fleetd::plugin {

namespace {

template <std::size_t Size>
std::string bounded(const char (&text)[Size]) {
  return base::sanitize(std::string_view(text, strnlen(text, Size)));
}

Code codeOf(const sdk::Error& error) {
  switch (error.status) {
    case FLEET_E_EXCEPTION:
    case FLEET_E_OUT_OF_MEMORY: return Code::FL0309;
    case FLEET_E_UNSUPPORTED: return Code::FL0318;
    case FLEET_E_LIMIT: return Code::FL0311;
    case FLEET_E_CANCELLED:
    case FLEET_E_DEADLINE: return Code::FL0314;
    case FLEET_E_STATE: return Code::FL0315;
    default: break;
  }
  if (error.code == "FL0310") return Code::FL0310;
  if (error.code == "FL0324") return Code::FL0324;
  return error.message.empty() ? Code::FL0309 : Code::FL0308;
}

}  // namespace

sdk::Error readError(const fleet_error_t& error) {
  return {error.status,           bounded(error.code), bounded(error.path),
          bounded(error.message), bounded(error.hint), error.span};
}

sdk::Error CallError::take(fleet_status_t status) const {
  sdk::Error out = readError(c_);
  out.status = status < FLEET_OK ? status : FLEET_E_UNKNOWN;
  return out;
}

Error pluginError(std::string_view who, const sdk::Error& error) {
  const Code code = codeOf(error);
  const std::string what = error.message.empty() ? std::string(bus::statusName(error.status)) : error.message;
  std::string text =
      error.path.empty() ? fmt::format("{}: {}", who, what) : fmt::format("{}, at `{}`: {}", who, error.path, what);
  // The kernel's own codes are the code of the error already.
  if (!error.code.empty() && !error.code.starts_with("FL03")) text += fmt::format(" [{}]", error.code);
  return fail(code, std::move(text), error.hint);
}

}  // namespace fleetd::plugin

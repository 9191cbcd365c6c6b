// CallError: the error struct for one call across the C boundary, and plugin failures as errors of ours.
#pragma once
#include <string>
#include <string_view>

#include "kernel/base/result.hpp"
#include "kernel/bus/errors.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::plugin {

using bus::fail;

class CallError {
 public:
  CallError() {
    c_.struct_size = FLEET_SIZE(fleet_error_t);
    c_.status = FLEET_E_UNKNOWN;
  }
  fleet_error_t* c() { return &c_; }
  // The texts, made harmless: ends searched within bounds, no control characters, valid UTF-8. `status` is
  // what the call returned.
  sdk::Error take(fleet_status_t status) const;

 private:
  fleet_error_t c_{};
};

// The texts of an error struct that a plugin filled.
sdk::Error readError(const fleet_error_t& error);

// A plugin's failure as an error, "plugin `x`, at `services.x.greeting`: the greeting is empty [HELLO01]":
// FL0308 with the plugin's own code, path and hint, or FL0309, FL0310, FL0311, FL0318 by status.
Error pluginError(std::string_view who, const sdk::Error& error);

}  // namespace fleetd::plugin

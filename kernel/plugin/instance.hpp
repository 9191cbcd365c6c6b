// Instance: one plugin object with its life cycle. Every call is checked against the state it is allowed in.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "kernel/base/result.hpp"
#include "kernel/plugin/library.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::plugin {

enum class State : std::uint8_t { created, inactive, active, gone };
std::string_view stateName(State state);

// Thread: the plugin thread. Errors are the SDK's, because they travel back over the bus; FLEET_E_STATE for a
// call in the wrong state, FLEET_E_UNSUPPORTED for an extension or function the plugin does not have.
class Instance {
 public:
  // Takes over an object from the factory.
  explicit Instance(const fleet_plugin_t* plugin) : plugin_(plugin) {}
  Instance(Instance&& other) noexcept : plugin_(other.plugin_), state_(std::exchange(other.state_, State::gone)) {}
  Instance& operator=(Instance&&) = delete;
  // Deactivates and destroys.
  ~Instance();

  State state() const { return state_; }
  // created -> inactive; after a failure the object is destroyed.
  sdk::Result<void> init();
  // inactive -> active; after a failure it stays inactive.
  sdk::Result<void> activate(std::string_view settings);
  void deactivate();
  void destroy();

  using Bytes = sdk::Result<std::string>;
  Bytes schema();  // inactive, active
  Bytes rules();   // active, like the rest
  sdk::Result<void> fleet(std::string_view view);
  Bytes exports();
  Bytes contribute(std::string_view view);
  Bytes render(std::string_view composed);
  sdk::Result<void> check(std::string_view composed);
  Bytes request(std::string_view body);  // a message of the topic fleet.request/1
  // A message of another one's; events are answered by nothing.
  Bytes message(bool event, const std::string& topic, const std::string& sender, std::int64_t deadlineNs,
                std::string_view body);
  Bytes resolve(std::string_view references);
  Bytes facts(std::string_view fleet);
  void callback();

 private:
  template <class Ext>
  const Ext* extension(const char* id) const;
  sdk::Result<void> require(State least, const char* what) const;
  sdk::Result<void> requireActive(const char* what) const { return require(State::active, what); }

  const fleet_plugin_t* plugin_;
  State state_ = State::created;
};

}  // namespace fleetd::plugin

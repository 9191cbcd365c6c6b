// Library: a plugin's shared library, loaded and checked. Libraries stay mapped until the process ends.
#pragma once
#include <memory>
#include <string>

#include "kernel/base/result.hpp"
#include "kernel/plugin/manifest.hpp"

namespace fleetd::plugin {

// Thread: any, one at a time for each object.
class Library {
 public:
  // Loads the library behind an absolute path, checks its entry and calls the entry's init. Errors: FL0303
  // the loader's words, FL0302 no entry of this ABI, FL0304 sizes or versions that do not fit, FL0308 its
  // init failed.
  static Result<Library> open(const std::string& path);
  Library(Library&&) noexcept;
  Library& operator=(Library&&) noexcept;
  // Calls the entry's deinit; nothing made by the library may be alive.
  ~Library();

  // The manifest of one of the library's plugins. Error FL0305 when it holds no plugin of that id.
  Result<Manifest> manifest(const std::string& id) const;
  // A new instance in state "created". `host` must outlive it. Errors: FL0308, FL0304.
  Result<const fleet_plugin_t*> create(const std::string& id, const fleet_host_t* host) const;

 private:
  struct State;
  explicit Library(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace fleetd::plugin

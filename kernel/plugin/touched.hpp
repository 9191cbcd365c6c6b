// Touched: what one plugin really did in one run. Beside its manifest, which says what it may do, it tells people
// whether to keep it.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "kernel/base/json_writer.hpp"
#include "kernel/base/result.hpp"
#include "kernel/plugin/fragment.hpp"

namespace fleetd::plugin {

// Names with how often each came. Bounded: of too many, the first stay and the rest is counted.
class Tally {
 public:
  static constexpr std::size_t kMost = 256;
  static constexpr std::size_t kMaxName = 1024;  // bytes; longer names are cut

  void add(std::string_view name, std::uint64_t times = 1);
  const std::map<std::string, std::uint64_t, std::less<>>& names() const { return names_; }
  std::uint64_t more() const { return more_; }  // how often names came that are not kept
  bool empty() const { return names_.empty(); }
  friend bool operator==(const Tally&, const Tally&) = default;

 private:
  friend Result<struct Touched> readTouched(std::string_view json);
  std::map<std::string, std::uint64_t, std::less<>> names_;
  std::uint64_t more_ = 0;
};

struct Touched {
  std::string command;            // "check"; who runs fleetd fills in both
  std::int64_t at = 0;            // seconds since 1970
  std::string version;            // of the plugin
  std::string file;               // what was loaded
  Tally calls;                    // what it was asked, by topic
  Tally hosts;                    // hosts it was asked about, by class
  Tally writes;                   // option paths it defined
  Tally reads;                    // option paths it referred to or made a condition of
  Tally secrets;                  // secrets it referred to: "generator/file", "machine:generator/file"
  Tally packages;                 // "pkgs.hello"
  std::uint64_t expressions = 0;  // Nix source it wrote, which may read all of a host's configuration
  Tally exports;                  // interfaces
  Tally files;                    // paths it rendered
  Tally published;                // topics of its events
  Tally received;                 // topics of events it was told of
  Tally refused;                  // what was refused, with the code

  void take(const Fragment& fragment, std::uint64_t times = 1);  // the same for so many hosts
  void refuse(const Error& error);
  friend bool operator==(const Touched&, const Touched&) = default;
};

// The members of an object that was begun.
void writeTouched(base::JsonWriter& json, const Touched& touched);
// What a file held. Errors: FL0006, FL0004 for what writeTouched did not write.
Result<Touched> readTouched(std::string_view json);

}  // namespace fleetd::plugin

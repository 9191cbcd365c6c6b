// TrustStore: which plugins that come with a fleet may run. Somebody who trusts one puts a copy of it into a private
// directory; that copy is what is loaded, never the file of the fleet, which a pull can change between look and load.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/plugin/search.hpp"

namespace fleetd::plugin {

enum class Trust : std::uint8_t {
  none,     // nobody trusted a plugin of this id
  changed,  // another content of it was trusted
  trusted,
};
std::string_view trustName(Trust trust);  // "not trusted", "changed", "trusted"

// What decides whether a fleet's own file may run: the absolute path to load in its place, or FL0307, FL0326, or why
// the file cannot be read.
using TrustCheck = std::function<Result<std::string>(const PluginFile&)>;

// FL0307 with the way out.
Error notTrusted(const PluginFile& file, Trust trust = Trust::none);

// On disk: <directory>/<id>/<BLAKE2b-256 of the content, hex>.so, directories 0700, files 0600. Trust holds for one id
// and one content, in whichever fleet it is. Thread: any; several processes may use one directory.
class TrustStore {
 public:
  struct Answer {
    Trust trust = Trust::none;
    std::string hash;  // of the file's content now
    std::string copy;  // where the trusted copy is or would be
  };

  // An absolute path; made when something is trusted.
  explicit TrustStore(std::string directory) : directory_(std::move(directory)) {}

  // Errors: FL0002 and FL0004 when the file cannot be read or is larger than 64 MiB.
  Result<Answer> look(const PluginFile& file) const;
  // The copy to load, verified. Errors: FL0307 not trusted, FL0326 others may write the copy or it is damaged.
  Result<std::string> copyOf(const PluginFile& file) const;
  // Trusts the file's content of now, beside what was trusted before. Errors: also FL0003.
  Result<Answer> add(const PluginFile& file) const;
  // Trusts no content of this id any more; whether one was. Errors: FL0003.
  Result<bool> remove(const std::string& id) const;
  // The ids something is trusted for, sorted.
  Result<std::vector<std::string>> ids() const;

 private:
  std::string directory_;
};

}  // namespace fleetd::plugin

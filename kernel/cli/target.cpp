// HOST [home:USER] [PATH].
#include "kernel/cli/target.hpp"

#include <fmt/format.h>

#include "kernel/cli/arguments.hpp"
#include "kernel/lang/print.hpp"

namespace fleetd::cli {

using base::Code;
using base::Error;

namespace {

constexpr std::string_view kHome = "home:";

}  // namespace

Result<Target> parseTarget(const std::vector<std::string>& words) {
  Target target;
  if (words.empty()) return Error{Code::FL0903, "a host is needed", "`fleetd hosts` lists them", {}};
  target.host = words[0];
  std::size_t next = 1;
  if (next < words.size() && words[next].starts_with(kHome)) {
    const std::string_view user = std::string_view(words[next]).substr(kHome.size());
    if (user.empty()) return Error{Code::FL0903, "`home:` needs the name of a user", "as in home:alice", {}};
    target.path = "home-manager.users." + lang::printName(user);
    ++next;
  }
  if (next < words.size()) {
    if (!target.path.empty() && !words[next].empty()) target.path += '.';
    target.path += words[next++];
  }
  if (next < words.size())
    return Error{
        Code::FL0903, fmt::format("unexpected argument `{}`", shownWord(words[next])), "one option path at a time", {}};
  return target;
}

}  // namespace fleetd::cli

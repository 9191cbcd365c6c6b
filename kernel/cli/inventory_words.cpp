// Rules for new names in the inventory.
#include "kernel/cli/inventory_words.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/deploy/address.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

constexpr std::size_t kLongest = 128;

bool isPlain(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

}  // namespace

Result<void> checkInstanceName(const std::string& name) {
  const bool fine =
      !name.empty() && name.size() <= kLongest && isPlain(name.front()) &&
      std::all_of(name.begin(), name.end(), [](char c) { return isPlain(c) || c == '-' || c == '_' || c == '.'; });
  if (fine) return {};
  return Error{Code::FL0903,
               fmt::format("`{}` is no name for an instance", shownWord(name)),
               fmt::format("letters, digits, `-`, `_` and `.`, {} at most, a letter or a digit first", kLongest),
               {}};
}

Result<void> checkTag(const std::string& tag) {
  const bool fine =
      !tag.empty() && tag.size() <= kLongest && !base::invalidUtf8At(tag) &&
      std::none_of(tag.begin(), tag.end(), [](char c) {
        return (c >= 0 && c <= ' ') || c == 0x7f || std::string_view(",\"'`[]{}$\\").find(c) != std::string_view::npos;
      });
  if (fine) return {};
  return Error{Code::FL0903,
               fmt::format("`{}` is no tag", shownWord(tag)),
               fmt::format("a tag has no spaces, quotes, commas or brackets, and {} bytes at most", kLongest),
               {}};
}

Result<void> checkText(const std::string& what, const std::string& text) {
  if (!base::invalidUtf8At(text)) return {};
  return Error{Code::FL0903, fmt::format("{}={}: it is not UTF-8", what, shownWord(text)), "", {}};
}

Result<void> checkHostAddress(const std::string& what, const std::string& text) {
  FLEETD_TRY(checkText(what, text));
  const auto address = deploy::parseAddress(text);
  if (address) return {};
  Error error = address.error();
  error.message = fmt::format("{}: {}", what, error.message);
  return error;
}

Result<void> noMoreWords(const Arguments& args, std::size_t count) {
  if (args.positionals.size() <= count) return {};
  return Error{Code::FL0903,
               fmt::format("unexpected argument `{}`", shownWord(args.positionals[count])),
               fmt::format("`fleetd help {}` lists what it takes", args.command->name),
               {}};
}

}  // namespace fleetd::cli

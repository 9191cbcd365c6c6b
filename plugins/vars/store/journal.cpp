// One line a change: "put PATH" or "remove PATH"; the last line says how many there are.
#include "plugins/vars/store/journal.hpp"

#include <algorithm>

namespace fleetd::vars {

namespace {

constexpr std::string_view kIntro = "fleetd vars journal 1", kMessage = "message ", kPut = "put ", kRemove = "remove ",
                           kEnd = "end ";
constexpr std::size_t kMaxPath = 4096;

fleet::Error damaged(std::string what) {
  return {FLEET_E_STATE, "VARS38", {}, "the record of an unfinished change is damaged: " + std::move(what), {}, 0};
}

}  // namespace

bool isStorePath(std::string_view path) {
  if (path.size() > kMaxPath ||
      std::any_of(path.begin(), path.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return false;
  const std::size_t slash = path.find('/');
  const std::string_view top = path.substr(0, slash);
  if (slash == std::string_view::npos || (top != "vars" && top != "sops" && top != "secrets")) return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == ".." || part.size() > 255) return false;
    begin = end + 1;
  }
  return true;
}

std::string writeJournal(const Journal& journal) {
  std::string out = std::string(kIntro) + "\n" + std::string(kMessage);
  for (const char c : journal.message) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  out += '\n';
  for (const Change& change : journal.changes) {
    out += change.kind == ChangeKind::Put ? kPut : kRemove;
    out += change.path + "\n";
  }
  return out + std::string(kEnd) + std::to_string(journal.changes.size()) + "\n";
}

fleet::Result<Journal> readJournal(std::string_view text) {
  if (text.size() > kMaxJournal) return damaged("it is too large");
  Journal out;
  std::size_t number = 0;
  bool ended = false;
  for (; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return damaged("it is cut off");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (ended) return damaged("there is something behind its end");
    if (number == 0) {
      if (line != kIntro) return damaged("it does not begin as one");
    } else if (number == 1) {
      if (!line.starts_with(kMessage)) return damaged("it has no message");
      out.message = line.substr(kMessage.size());
    } else if (line.starts_with(kPut) || line.starts_with(kRemove)) {
      const bool put = line.starts_with(kPut);
      const std::string_view path = line.substr(put ? kPut.size() : kRemove.size());
      if (!isStorePath(path)) return damaged("it changes a file that is not the store's");
      out.changes.push_back({put ? ChangeKind::Put : ChangeKind::Remove, std::string(path)});
    } else if (line == std::string(kEnd) + std::to_string(out.changes.size())) {
      ended = true;
    } else {
      return damaged("line " + std::to_string(number + 1) + " makes no sense");
    }
  }
  if (!ended) return damaged("it is cut off");
  return out;
}

}  // namespace fleetd::vars

// SourceMap: reads files once and answers position look-ups.
#include "kernel/base/source.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "kernel/base/file.hpp"
#include "kernel/base/untold.hpp"

namespace fleetd::base {

Result<const SourceFile*> SourceMap::add(std::string name, std::string text) {
  std::lock_guard lock(mutex_);
  if (next_ + text.size() + 2 > kUntold)
    return Error{Code::FL0004, "the sources of one run exceed 2 GiB", "select fewer hosts or split the repository", {}};
  Entry& entry = entries_.emplace_back();
  entry.owned = std::move(text);
  entry.file.name = std::move(name);
  entry.file.text = entry.owned;
  entry.file.base = static_cast<Pos>(next_);
  bases_.push_back(entry.file.base);
  next_ += entry.owned.size() + 2;  // room for the position after the end, so that neighbours never share one
  return &entry.file;
}

Result<const SourceFile*> SourceMap::load(const std::string& path) {
  {
    std::lock_guard lock(mutex_);
    if (auto it = byPath_.find(path); it != byPath_.end()) return it->second;
  }
  auto text = readFile(path, kMaxFileBytes);
  if (!text) {
    Error error = std::move(text).error();
    if (error.code == Code::FL0004) error.hint = "split the file, or keep data out of Nix code";
    return error;
  }
  auto added = add(path, std::move(text).value());
  if (!added) return added;
  std::lock_guard lock(mutex_);
  return byPath_.try_emplace(path, *added).first->second;
}

const SourceMap::Entry* SourceMap::entryOf(Pos pos) const {
  pos = told(pos);
  if (pos == 0) return nullptr;
  std::lock_guard lock(mutex_);
  auto it = std::upper_bound(bases_.begin(), bases_.end(), pos);
  if (it == bases_.begin()) return nullptr;
  const Entry& entry = entries_[static_cast<std::size_t>(it - bases_.begin()) - 1];
  return pos <= entry.file.base + entry.file.text.size() ? &entry : nullptr;
}

const SourceFile* SourceMap::fileOf(Pos pos) const {
  const Entry* entry = entryOf(pos);
  return entry ? &entry->file : nullptr;
}

const std::vector<std::uint32_t>& SourceMap::lines(const Entry& entry) const {
  std::call_once(entry.linesOnce, [&] {
    entry.lineStarts.push_back(0);
    for (std::uint32_t i = 0; i < entry.file.text.size(); ++i)
      if (entry.file.text[i] == '\n') entry.lineStarts.push_back(i + 1);
  });
  return entry.lineStarts;
}

Location SourceMap::locate(Pos pos) const {
  const Entry* entry = entryOf(pos);
  if (!entry) return {};
  const std::uint32_t offset = told(pos) - entry->file.base;
  const auto& starts = lines(*entry);
  const auto it = std::upper_bound(starts.begin(), starts.end(), offset) - 1;
  return {&entry->file, {static_cast<std::uint32_t>(it - starts.begin()) + 1, offset - *it + 1}};
}

std::string SourceMap::describe(Pos pos) const {
  const Location at = locate(pos);
  return at.file ? fmt::format("{}:{}:{}", at.file->name, at.at.line, at.at.column) : std::string();
}

std::string_view SourceMap::text(Span span) const {
  const Entry* entry = entryOf(span.begin);
  if (!entry || span.end < span.begin) return {};
  return entry->file.text.substr(told(span.begin) - entry->file.base, span.end - span.begin);
}

std::string_view SourceMap::lineText(const SourceFile& file, std::uint32_t line) const {
  const Entry* entry = entryOf(file.base);
  if (!entry) return {};
  const auto& starts = lines(*entry);
  if (line == 0 || line > starts.size()) return {};
  const std::size_t begin = starts[line - 1];
  std::size_t end = line < starts.size() ? starts[line] - 1 : file.text.size();
  if (end > begin && file.text[end - 1] == '\r') --end;
  return file.text.substr(begin, end - begin);
}

}  // namespace fleetd::base

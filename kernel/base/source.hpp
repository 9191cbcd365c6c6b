// SourceMap: the texts of all files of a run, their places in the global position space, and line/column
// look-up.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/base/span.hpp"

namespace fleetd::base {

struct SourceFile {
  std::string name;       // absolute path, or a label such as "«string»"
  std::string_view text;  // lives as long as the SourceMap
  Pos base = 0;           // position of the first byte

  Span whole() const { return {base, base + static_cast<Pos>(text.size())}; }
};

// Line and column, both from 1; columns count bytes, as Nix does.
struct LineColumn {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct Location {
  const SourceFile* file = nullptr;  // null when the position is 0 or unknown
  LineColumn at;
};

// Thread: add/load/find are safe from any thread; files are immutable and never removed.
class SourceMap {
 public:
  static constexpr std::uint64_t kMaxFileBytes = 8u << 20;  // larger files are refused (FL0004)

  // Takes a text under a label. The label need not be unique.
  Result<const SourceFile*> add(std::string name, std::string text);
  // Reads a regular file once; the same path gives the same SourceFile. Errors: FL0002, FL0004.
  Result<const SourceFile*> load(const std::string& path);
  // The file and line/column of a position.
  Location locate(Pos pos) const;
  const SourceFile* fileOf(Pos pos) const;
  // "name:line:column", or "" for an unknown position.
  std::string describe(Pos pos) const;
  std::string_view text(Span span) const;
  // The whole line `line` (from 1) of a file without its newline.
  std::string_view lineText(const SourceFile& file, std::uint32_t line) const;

 private:
  struct Entry {
    SourceFile file;
    std::string owned;
    mutable std::once_flag linesOnce;
    mutable std::vector<std::uint32_t> lineStarts;
  };
  const Entry* entryOf(Pos pos) const;
  const std::vector<std::uint32_t>& lines(const Entry& entry) const;

  mutable std::mutex mutex_;
  std::deque<Entry> entries_;  // sorted by base
  std::vector<Pos> bases_;
  std::unordered_map<std::string, const SourceFile*> byPath_;
  std::uint64_t next_ = 1;
};

}  // namespace fleetd::base

namespace fleetd {
using base::SourceFile;
using base::SourceMap;
}  // namespace fleetd

// Searching a fleet for the files that a host can depend on.
#pragma once
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "kernel/fleet/code_reads.hpp"
#include "kernel/fleet/host_reads.hpp"
#include "kernel/lang/parser.hpp"

namespace fleetd::fleet {

using Symbols = std::vector<base::Symbol>;

// Values that lead to none of the fleet's files; for an input whose modules may ask for more, its name.
using KnownValues = std::unordered_map<const void*, std::string>;

// What makes two values the same object; null for plain data.
const void* identity(lang::Value v);

// One search for what a host, or the fleet, reads: through values, with the code and the variables they hold, and from
// there through files by their text.
class ReadSearch : public ReadSink {
 public:
  enum class By : bool { Values, Text };
  ReadSearch(lang::Evaluator& ev, std::function<const lang::ParsedFile*(const std::string&)> parse,
             const std::string& root, const FleetFiles& files, By by)
      : ev_(ev), parse_(std::move(parse)), root_(root), files_(files), by_(by) {}

  // Hosts other than `own` are no matter of it.
  void useRequests(const std::unordered_map<const void*, const Host*>& requests, const Host* own);
  void useKnown(const KnownValues& known, lang::Value self);
  void addArgument(base::Symbol name, lang::Value v) { arguments_.insert_or_assign(name.id, v); }
  void addArguments(lang::Value set);
  // Whoever makes hosts from their own lists of modules: what the lists hold is followed by itself.
  bool modulesKnown = false;
  std::set<std::string> inputsNames{"inputs"};  // what the fleet calls its inputs
  std::set<std::string> immodest;               // inputs whose modules may take arguments of the fleet's own
  HostReads reads;

  void value(lang::Value v, base::Pos at = 0);

  // The code of a value that is a thunk, whatever it evaluates to.
  bool request(lang::Value v);

  // Paths that are modules of the host may go on as values: they go to its list of modules.
  void addModulePath(lang::Value element);
  void module(lang::Value element);

  void forgetSeen();

  // What was looked at while the fleet was opened.
  void addRead(const std::string& path);

  void follow();

  void text(const lang::ParsedFile& file, const std::string& label);

  // --- ReadSink ---
  void path(std::string_view absolute, Use use, base::Pos at) override;
  void below(std::string_view directory, base::Pos at) override;
  void variable(lang::Value v, const Symbols& path, base::Pos at) override;
  void argument(base::Symbol name, const Symbols& path, base::Pos at) override;
  bool isArgument(base::Symbol name) const override { return arguments_.contains(name.id); }
  void unknown(std::string why, base::Pos at) override;
  bool done() const override { return reads.all; }
  std::optional<std::string> evaluated(const lang::Expr* expr, lang::Env* env) override;
  bool modulesAreKnown() const override { return modulesKnown; }

  base::Pos at() const { return at_; }
  const std::string& place() const { return place_; }

 private:
  // Frames that are more than any file has: all variables are bound inside.
  static constexpr std::uint32_t kAllInside = 1u << 30;

  std::optional<std::string> relative(std::string path) const;
  bool isTree(const std::string& name) const;
  bool isLinked(const std::string& name) const;
  void addFile(const std::string& name, bool follow);
  bool isKnown(const void* id, std::span<const base::Symbol> path, base::Pos at);
  bool isSelf(lang::Value v) const { return identity(v) && identity(v) == identity(self_); }
  bool isFact(base::Symbol name) const;
  // Once for each name and path.
  bool known(base::Symbol name, const Symbols& path);
  // The files of all that `self` holds are looked at by themselves; what matters is itself as a place.
  void argumentByText(base::Symbol name, const Symbols& path, base::Pos at);

  void inputByText(base::Symbol name, std::span<const base::Symbol> path, base::Pos at);

  void code(const lang::Expr* expr, lang::Env* env);
  void thunk(const lang::Thunk& cell, base::Pos at);
  void unknownValue(const lang::Unknown& u, base::Pos at);
  void native(const lang::NativeObject& object, base::Pos at);

  lang::Evaluator& ev_;
  std::function<const lang::ParsedFile*(const std::string&)> parse_;
  std::string root_;
  const FleetFiles& files_;
  By by_;
  const std::unordered_map<const void*, const Host*>* requests_ = nullptr;
  const Host* own_ = nullptr;
  const KnownValues* known_ = nullptr;
  lang::Value self_;
  std::unordered_map<std::uint32_t, lang::Value> arguments_;
  std::unordered_set<const void*> seen_;
  std::unordered_set<std::string> argued_, followed_, walked_, modulePaths_;
  std::vector<std::string> queue_;
  // Arguments that code asks for, and where.
  struct Asked {
    base::Symbol name;
    Symbols path;
    std::string place;
    base::Pos at;
  };
  std::vector<Asked> asked_;
  std::pair<std::string, base::Pos> asker_;
  std::size_t steps_ = 0;
  bool trusted_ = false;
  base::Pos at_ = 0;
  std::string place_;  // of the text that is looked at; empty for values
};

}  // namespace fleetd::fleet

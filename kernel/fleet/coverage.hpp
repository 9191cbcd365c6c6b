// Coverage: how much of what a fleet's modules define fleetd knows, counted by leaf definitions.
//
// A leaf definition is one value a module gives one option, or one name inside the set it gives: `{ a = 1; b = 2; }`
// are two. A module that several hosts import counts on each of them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "kernel/base/span.hpp"
#include "kernel/compose/evaluation.hpp"

namespace fleetd::fleet {

struct CoverageCounts {
  std::size_t definitions = 0;
  std::size_t paths = 0;        // whose option path is known as a whole
  std::size_t structure = 0;    // whose priority, order and condition (decided, or kept as code) are known
  std::size_t conditional = 0;  // of these, under a condition that is not decided
  std::size_t known = 0, packages = 0, residual = 0;

  void add(const CoverageCounts& other);
};

struct ClassCoverage {
  CoverageCounts counts;
  std::size_t modules = 0;  // distinct ones that take part
  std::size_t opaque = 0;   // distinct imports that could not be read
};

struct ModuleCoverage {
  std::string klass;
  std::string file;
  CoverageCounts counts;
};

// Something of which only the place is known.
struct OpaquePart {
  enum class What : std::uint8_t { Module, Definitions, Declarations };
  What what = What::Module;
  std::string klass;
  std::string file;    // of the module that imports or has it
  std::string reason;  // the text of what is not known
  Span place;          // where it became unknown
  std::size_t hosts = 0;
};
std::string_view opaqueName(OpaquePart::What what);  // "module", "definitions", "declarations"

class Coverage {
 public:
  // Counts a composed host: its evaluation and those inside it (homes, submodules). Null is a host without any.
  void add(compose::Evaluation* evaluation, std::string_view klass);

  std::map<std::string, ClassCoverage> classes() const;  // "nixos", "darwin", "home"
  ClassCoverage total() const;
  // Those with the largest share that is not known first, then by file.
  std::vector<ModuleCoverage> worst() const;
  std::vector<OpaquePart> opaque() const;  // by class, file, reason

 private:
  friend class CoverageWalk;
  using Key = std::pair<std::string, std::string>;  // class, file
  std::map<Key, CoverageCounts> modules_;           // by the file a definition stands in
  std::set<Key> imported_;                          // that took part
  std::map<std::tuple<std::string, std::string, std::string, int>, OpaquePart> opaque_;
};

// part / whole in percent; 100 of nothing.
double percent(std::size_t part, std::size_t whole);

}  // namespace fleetd::fleet

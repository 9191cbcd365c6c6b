// Cohorts: composing many hosts over shared modules (compose/cohort.hpp), for those who want a fleet as a whole: its
// JSON and its counts.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernel/compose/cohort.hpp"
#include "kernel/fleet/fleet.hpp"
#include "kernel/fleet/together.hpp"

namespace fleetd::fleet {

// Thread: the Fleet's. Lives as long as it.
class Cohorts {
 public:
  explicit Cohorts(Fleet& fleet) : fleet_(fleet) {}

  // Nothing when the host must be composed by itself.
  std::optional<SharedResult> compose(const Host& host, bool json);

 private:
  // How the JSON of a host is put together: text, then the value of an option.
  struct Piece {
    std::string text;        // what stands before the value, with the name
    std::uint32_t leaf = 0;  // kNoLeaf: an end of a set
  };
  struct Plan {
    std::vector<Piece> pieces;
    std::uint32_t emptyRecords = 0;
    bool hasHomes = false, hasPlatform = false;
  };
  const Plan& planOf(const compose::Shape& shape);
  void addPieces(const compose::Shape& shape, const compose::Level& level, Plan& plan, bool root);
  compose::Cohort* cohortFor(const Host& host);
  void nameAggregates(const compose::Cohort& cohort, const Host& host, SharedResult& out);
  bool finish(compose::Option& option, const compose::Leaf& leaf, compose::Summary& out);

  Fleet& fleet_;
  struct One {
    std::string klass;
    lang::Value specialArgs;
    std::unique_ptr<compose::Cohort> cohort;
  };
  std::vector<One> cohorts_;
  std::unordered_map<const compose::Shape*, Plan> plans_;
  bool json_ = false;         // whether what is remembered has its JSON
  std::size_t lastSize_ = 0;  // of a JSON text
};

}  // namespace fleetd::fleet

// fleet/cxx/contribution.hpp - Contribution: collects what a plugin sets on a host.
//
//   out.set("networking.firewall.allowedTCPPorts", std::vector<fleet::Port>{options.port});
//   out.when("services.hello.enable").set(fleet::at("systemd.services", {name, "enable"}), true,
//   fleet::Priority::fallback);
#pragma once
#include <string_view>
#include <utility>

#include "definition.hpp"
#include "options.hpp"
#include "text.hpp"

namespace fleet {

// Mistakes (a path that cannot be parsed) are kept and reported by finish(): no call in between needs a
// check.
class Contribution {
 public:
  // The same definitions under a condition. Valid as long as the Contribution.
  class Rule {
   public:
    template <class P, class T>
    const Rule& set(P&& path, const T& value, std::int32_t priority = Priority::normal,
                    std::int32_t order = Order::normal) const {
      out_->add(std::forward<P>(path), toValue(value), priority, order, condition_);
      return *this;
    }
    // Both conditions.
    Rule when(Cond condition) const { return {*out_, condition_ && std::move(condition)}; }
    Rule when(std::string_view path) const { return when(isTrue(path)); }

   private:
    friend Contribution;
    Rule(Contribution& out, Cond condition) : out_(&out), condition_(std::move(condition)) {}
    Contribution* out_;
    Cond condition_;
  };

  // `path` is text such as "a.\"b.c\".d" or a Path; `value` anything with a Codec or convertible to Value.
  template <class P, class T>
  Contribution& set(P&& path, const T& value, std::int32_t priority = Priority::normal,
                    std::int32_t order = Order::normal) {
    add(std::forward<P>(path), toValue(value), priority, order, std::nullopt);
    return *this;
  }
  Rule when(Cond condition) { return {*this, std::move(condition)}; }
  Rule when(std::string_view path) { return when(isTrue(path)); }

  std::size_t size() const { return fragment_.definitions.size(); }

  // What was collected, or the first mistake. The Contribution is empty afterwards.
  Result<Fragment> finish() {
    if (mistake_) return *std::exchange(mistake_, std::nullopt);
    return std::exchange(fragment_, {});
  }

 private:
  void add(Path path, Value value, std::int32_t priority, std::int32_t order, std::optional<Cond> condition) {
    fragment_.definitions.push_back({std::move(path), std::move(value), priority, order, std::move(condition), {}});
  }
  void add(std::string_view text, Value value, std::int32_t priority, std::int32_t order,
           std::optional<Cond> condition) {
    auto path = parsePath(text);
    if (!path && !mistake_) mistake_ = path.error();
    if (path) add(*std::move(path), std::move(value), priority, order, std::move(condition));
  }

  Fragment fragment_;
  std::optional<Error> mistake_;
};

}  // namespace fleet

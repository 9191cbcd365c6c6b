// `fleetd graph`: instances, roles and hosts as a picture. A grid reads well for eight hosts and for eighty: hosts are
// rows, the roles of each instance are columns, a dot says that the host has the role.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/result_file.hpp"
#include "kernel/cli/svg.hpp"

namespace fleetd::cli {

namespace {

constexpr double kMargin = 16, kTitle = 26, kRow = 20, kColumn = 26, kGap = 14, kLabel = 190, kHostWidth = 220;
constexpr double kRepeat = 40;  // rows after which the names of columns are repeated

struct Column {
  const fleet::ServiceInstance* instance;
  const std::string* role;
  const fleet::InstanceRole* members;
  double x = 0;
  Paint paint = Paint::First;
};

Paint paintOf(std::size_t index) {
  constexpr Paint kPaints[] = {Paint::First, Paint::Second, Paint::Third, Paint::Fourth};
  return kPaints[index % 4];
}

class Picture {
 public:
  Picture(Context& cx, const fleet::Inventory& inventory) : inventory_(inventory), svg_(titleOf(cx)) {
    for (const fleet::Host& host : cx.workspace().fleet().hosts()) {
      if (host.klass == "home") continue;
      hosts_.push_back(&host);
      hostWidth_ = std::max(hostWidth_, textWidth(host.name, 12, true));
    }
    hostWidth_ = std::min(hostWidth_, kHostWidth) + 90;
    double x = kMargin + hostWidth_ + kGap;
    std::size_t index = 0;
    for (const auto& instance : inventory.instances) {
      for (const auto& [name, role] : instance.roles) {
        columns_.push_back({&instance, &name, &role, x + kColumn / 2, paintOf(index)});
        x += kColumn;
      }
      if (!instance.roles.empty()) {
        x += kGap;
        ++index;
      }
    }
    right_ = columns_.empty() ? x : x - kGap;
    for (const Column& column : columns_) label_ = std::max(label_, labelHeight(column));
  }

  std::string draw(Context& cx) {
    svg_.text(kMargin, kMargin + 12, titleOf(cx), {Paint::Plain, Svg::Anchor::Start, true, 15});
    svg_.text(kMargin, kMargin + 28,
              fmt::format("{} hosts, {} instances of services", hosts_.size(), inventory_.instances.size()),
              {Paint::Muted, Svg::Anchor::Start, false, 11});
    double y = kMargin + kTitle + 16;
    std::size_t row = 0;
    for (const fleet::Host* host : hosts_) {
      if (row % static_cast<std::size_t>(kRepeat) == 0) y = header(y);
      drawHost(*host, y, row % 2 == 0);
      y += kRow;
      ++row;
    }
    return svg_.document();
  }

 private:
  static std::string titleOf(Context& cx) { return "Services of " + cx.workspace().fleet().name(); }
  static std::string labelOf(const Column& column) { return column.instance->name + " · " + *column.role; }
  // The role stays readable: it tells columns of one instance apart.
  static std::string shortLabelOf(const Column& column) {
    const std::string role = " · " + *column.role;
    return cutText(column.instance->name, 12, false, std::max(kLabel / 3, kLabel - textWidth(role, 12))) + role;
  }
  static double labelHeight(const Column& column) {
    return std::min(kLabel, textWidth(shortLabelOf(column), 12)) * 0.82 + 16;
  }

  // Names of the columns above them, and a bracket for each instance.
  double header(double y) {
    const double base = y + label_;
    for (const Column& column : columns_)
      svg_.slantedText(column.x + 4, base - 8, shortLabelOf(column), {column.paint, Svg::Anchor::Start, false, 12},
                       kLabel);
    for (std::size_t i = 0; i < columns_.size();) {
      std::size_t end = i;
      while (end < columns_.size() && columns_[end].instance == columns_[i].instance) ++end;
      const double left = columns_[i].x - kColumn / 2;
      svg_.box(left, base - 3, columns_[end - 1].x + kColumn / 2 - left, 3, columns_[i].paint,
               tipOf(*columns_[i].instance));
      i = end;
    }
    return base + 4;
  }

  static std::string tipOf(const fleet::ServiceInstance& instance) {
    return instance.name == instance.service ? instance.name : instance.name + ", an instance of " + instance.service;
  }

  void drawHost(const fleet::Host& host, double y, bool even) {
    if (even) svg_.box(kMargin, y, std::max(right_, kMargin + hostWidth_) - kMargin, kRow, Paint::Muted, "");
    const double text = y + kRow - 6;
    svg_.text(kMargin + 6, text, host.name, {Paint::Plain, Svg::Anchor::Start, true, 12}, hostWidth_ - 84);
    svg_.text(kMargin + hostWidth_ - 6, text, host.klass, {Paint::Muted, Svg::Anchor::End, false, 11});
    for (const Column& column : columns_)
      if (column.members->machines.contains(host.name))
        svg_.dot(column.x, y + kRow / 2, 5, column.paint, fmt::format("{}: {}", host.name, labelOf(column)));
  }

  const fleet::Inventory& inventory_;
  Svg svg_;
  std::vector<const fleet::Host*> hosts_;
  std::vector<Column> columns_;
  double hostWidth_ = 40, right_ = 0, label_ = 0;
};

}  // namespace

int runGraph(Context& cx) {
  if (const auto fleet = cx.openFleet(); !fleet) return cx.fail(fleet.error());
  const std::string text = Picture(cx, cx.workspace().services().inventory()).draw(cx);
  if (const auto done = writeResult(cx, text); !done) return cx.fail(done.error());
  return cx.finish();
}

}  // namespace fleetd::cli

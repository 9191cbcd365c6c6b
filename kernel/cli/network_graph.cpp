// `fleetd network graph`: networks as lines with their members as stations, machines as rows. It reads well for eight
// machines and for eighty.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/network.hpp"
#include "kernel/cli/network_answers.hpp"
#include "kernel/cli/result_file.hpp"
#include "kernel/cli/svg.hpp"
#include "kernel/deploy/targets.hpp"

namespace fleetd::cli {

namespace {

constexpr double kMargin = 16, kRow = 24, kStation = 18, kGap = 26, kNameWidth = 240, kLabelWidth = 300;
constexpr double kHeader = 46, kText = 11, kSmall = 10;
constexpr std::size_t kRepeat = 40;  // rows after which the names of networks are repeated
constexpr std::string_view kDevice = "device";
constexpr std::string_view kOrdinary[] = {"peer", "default", "member", "client"};

Paint paintOf(std::size_t index) {
  constexpr Paint kPaints[] = {Paint::First, Paint::Second, Paint::Third, Paint::Fourth};
  return kPaints[index % 4];
}

// A machine in a network.
struct Station {
  std::vector<std::string> addresses;  // as they are shown
  std::vector<std::string> roles;      // those that are more than being a member
  bool first = false;                  // a deployment takes it
  bool asked = false, answers = false;
  std::string answer;  // "3 ms", or why there was none
};

struct Row {
  std::string name, klass;
  std::string other;  // an address that is no network's
  bool otherFirst = false;
  bool nowhere = false;
};

std::string shownAddress(const deploy::Address& address) {
  std::string out = address.port ? fmt::format("{}:{}", address.host, address.port) : address.host;
  if (out.size() > 44 && address.tor) out = out.substr(0, 12) + "….onion";
  for (const auto& hop : address.hops) return out + " through " + hop.name;
  if (const std::string* jump = address.option("ProxyJump")) out += " through " + *jump;
  return out;
}

class Picture {
 public:
  Picture(Context& cx, const Ways& ways, const std::vector<WayAnswer>* answers)
      : ways_(ways), svg_("Networks of " + cx.workspace().fleet().name()), asked_(answers != nullptr) {
    for (std::size_t i = 0; i < ways.all.size(); ++i) addWay(ways.all[i], answers ? &(*answers)[i] : nullptr);
    for (const Way& way : ways.devices) addWay(way, nullptr);
    addRoles(cx.workspace().services().inventory());
    addHosts(cx);
    addStrangers();
    measure();
  }

  std::string draw(Context& cx) {
    svg_.text(kMargin, kMargin + 12, "Networks of " + cx.workspace().fleet().name(),
              {Paint::Plain, Svg::Anchor::Start, true, 15});
    svg_.text(kMargin, kMargin + 29, legend(), {Paint::Muted, Svg::Anchor::Start, false, kText});
    double y = kMargin + 44;
    for (std::size_t at = 0; at < rows_.size(); at += kRepeat) {
      const std::size_t end = std::min(rows_.size(), at + kRepeat);
      header(y);
      y += kHeader;
      // Stripes lie below lines, lines below stations.
      for (std::size_t i = at; i < end; i += 2)
        svg_.box(kMargin, y + static_cast<double>(i - at) * kRow, right_ - kMargin, kRow, Paint::Muted);
      rails(at, end, y);
      for (std::size_t i = at; i < end; ++i) row(rows_[i], y + static_cast<double>(i - at) * kRow);
      y += static_cast<double>(end - at) * kRow + kGap;
    }
    return svg_.document();
  }

 private:
  using Key = std::pair<std::string, const deploy::Network*>;

  std::string legend() const {
    const auto devices = std::count_if(rows_.begin(), rows_.end(), [](const Row& row) { return row.klass == kDevice; });
    const std::string others = devices == 0 ? "" : fmt::format(", {} device{}", devices, devices == 1 ? "" : "s");
    const std::size_t machines = rows_.size() - static_cast<std::size_t>(devices);
    std::string out = fmt::format(
        "{} machine{}{}, {} network{}, the best one first. Ring: more than a member. Bold: the way a "
        "deployment takes",
        machines, machines == 1 ? "" : "s", others, ways_.networks.size(), ways_.networks.size() == 1 ? "" : "s");
    return out + (asked_ ? ", of those that answer." : " first.");
  }

  void addWay(const Way& way, const WayAnswer* answer) {
    Station& station = stations_[{way.machine, way.network}];
    const std::string shown = shownAddress(way.address);
    if (std::find(station.addresses.begin(), station.addresses.end(), shown) == station.addresses.end())
      station.addresses.push_back(shown);
    if (!answer) return;
    station.asked = true;
    if (station.answers || (!answer->yes && !station.answer.empty())) return;
    station.answers = answer->yes;
    station.answer = answer->yes ? fmt::format("{} ms", answer->milliseconds) : answer->text;
    if (answer->yes && reached_.insert(way.machine).second) station.first = true;
  }

  void addRoles(const fleet::Inventory& inventory) {
    for (const auto& instance : inventory.instances)
      for (const auto& network : ways_.networks)
        if (network.instance == instance.name && network.service.ends_with(instance.service))
          for (const auto& [role, members] : instance.roles)
            for (const auto& [machine, settings] : members.machines)
              // One whose address does not exist yet is a member all the same.
              if (ways_.meant(machine)) {
                Station& station = stations_[{machine, &network}];
                if (std::find(std::begin(kOrdinary), std::end(kOrdinary), role) == std::end(kOrdinary))
                  station.roles.push_back(role);
              }
  }

  void addHosts(Context& cx) {
    const auto all = [&] {
      Diagnostics told;  // by openWays
      return deploy::networksOf(cx.workspace().services(), told);
    }();
    for (const fleet::Host& host : cx.workspace().fleet().hosts()) {
      if (host.klass == "home" || !ways_.meant(host.name)) continue;
      Row row{host.name, host.klass, "", false, false};
      Diagnostics unheard;
      const auto composed = cx.workspace().compose(host, unheard);
      const auto reaches = deploy::reachesOf(cx.workspace(), all, host, *composed);
      row.nowhere = !reaches;
      if (reaches) addReaches(*reaches, row);
      rows_.push_back(std::move(row));
    }
  }

  // The first way, unless answers were asked for; and what is no network's.
  void addReaches(const std::vector<deploy::Reach>& reaches, Row& row) {
    for (const auto& reach : reaches) {
      if (reach.from.starts_with("network ")) continue;
      row.other = fmt::format("{} ({})", shownAddress(reach.address), reach.from);
      break;
    }
    const std::string& from = reaches.front().from;
    if (!from.starts_with("network ")) {
      row.otherFirst = true;
      for (auto& [key, station] : stations_)
        if (key.first == row.name) station.first = false;
      return;
    }
    if (asked_) return;
    for (auto& [key, station] : stations_)
      if (key.first == row.name)
        station.first = from == fmt::format("network {} ({})", key.second->instance, key.second->service);
  }

  // Members that are no machines of the fleet.
  void addStrangers() {
    std::set<std::string> known, others;
    for (const Row& row : rows_) known.insert(row.name);
    for (const auto& [key, station] : stations_)
      if (!known.contains(key.first)) others.insert(key.first);
    for (const auto& name : others) rows_.push_back({name, std::string(kDevice), "", false, false});
  }

  static std::string labelOf(const Station& station) {
    return station.addresses.empty() ? "no address yet" : base::join(station.addresses, ", ");
  }
  double widthOf(const Station& station) const {
    double out = std::min(kLabelWidth, textWidth(labelOf(station), kText, true));
    if (!station.roles.empty()) out += 8 + textWidth(base::join(station.roles, ", "), kSmall);
    if (!station.answer.empty()) out += 8 + std::min(160.0, textWidth(station.answer, kSmall));
    return out;
  }

  void measure() {
    for (const Row& row : rows_) nameWidth_ = std::max(nameWidth_, textWidth(row.name, 12, true));
    nameWidth_ = std::min(nameWidth_, kNameWidth) + 70;
    double x = kMargin + nameWidth_ + kGap;
    for (const auto& network : ways_.networks) {
      rails_.push_back(x);
      double width = std::max(textWidth(network.instance, 13, true), textWidth(captionOf(network), kSmall));
      for (const auto& [key, station] : stations_)
        if (key.second == &network) width = std::max(width, widthOf(station));
      x += kStation + width + kGap;
    }
    other_ = x;
    for (const Row& row : rows_) {
      const std::string text = otherText(row);
      if (!text.empty()) otherWidth_ = std::max(otherWidth_, std::min(kLabelWidth, textWidth(text, kText, true)));
    }
    right_ = std::max(other_ + (otherWidth_ > 0 ? otherWidth_ + kGap / 2 : -kGap / 2), kMargin + nameWidth_ + 8);
  }

  std::string captionOf(const deploy::Network& network) const {
    const auto slash = network.service.rfind('/');
    const std::string service = slash == std::string::npos ? network.service : network.service.substr(slash + 1);
    const auto members = std::count_if(stations_.begin(), stations_.end(),
                                       [&](const auto& entry) { return entry.first.second == &network; });
    return fmt::format("{}{} · priority {} · {} member{}", service,
                       network.overlay ? ", overlay"
                       : network.tor   ? ", onion"
                                       : "",
                       network.priority, members, members == 1 ? "" : "s");
  }
  static std::string otherText(const Row& row) { return row.nowhere ? "no way is known" : row.other; }

  void header(double y) {
    for (std::size_t i = 0; i < rails_.size(); ++i) {
      const auto& network = ways_.networks[i];
      svg_.text(rails_[i] - 6, y + 16, network.instance, {paintOf(i), Svg::Anchor::Start, true, 13});
      svg_.text(rails_[i] - 6, y + 31, captionOf(network), {Paint::Muted, Svg::Anchor::Start, false, kSmall});
    }
    if (otherWidth_ > 0) {
      svg_.text(other_, y + 16, "elsewhere", {Paint::Plain, Svg::Anchor::Start, true, 13});
      svg_.text(other_, y + 31, "what machines say of themselves", {Paint::Muted, Svg::Anchor::Start, false, kSmall});
    }
  }

  // From the first member to the last; over the border of a part when there are more.
  void rails(std::size_t at, std::size_t end, double y) {
    for (std::size_t n = 0; n < rails_.size(); ++n) {
      std::optional<std::size_t> first, last;
      for (std::size_t i = 0; i < rows_.size(); ++i)
        if (stations_.contains({rows_[i].name, &ways_.networks[n]})) {
          if (!first) first = i;
          last = i;
        }
      if (!first || *first >= end || *last < at) continue;
      const double top = *first < at ? y - 6 : y + (static_cast<double>(*first - at) + 0.5) * kRow;
      const double bottom = *last >= end ? y + static_cast<double>(end - at) * kRow + 6
                                         : y + (static_cast<double>(*last - at) + 0.5) * kRow;
      svg_.line(rails_[n], top, rails_[n], bottom, paintOf(n), 3);
    }
  }

  void row(const Row& row, double y) {
    const double text = y + kRow - 8;
    svg_.text(kMargin + 6, text, row.name, {Paint::Plain, Svg::Anchor::Start, true, 12}, nameWidth_ - 64);
    svg_.text(kMargin + nameWidth_ - 4, text, row.klass, {Paint::Muted, Svg::Anchor::End, false, kText});
    for (std::size_t n = 0; n < rails_.size(); ++n) {
      const auto found = stations_.find({row.name, &ways_.networks[n]});
      if (found != stations_.end()) station(row, found->second, n, y);
    }
    const std::string other = otherText(row);
    if (!other.empty())
      svg_.text(other_, text, other,
                {row.nowhere ? Paint::Warning : Paint::Plain, Svg::Anchor::Start, row.otherFirst, kText}, kLabelWidth);
  }

  void station(const Row& row, const Station& station, std::size_t n, double y) {
    const double x = rails_[n], middle = y + kRow / 2, text = y + kRow - 8;
    const bool silent = (station.asked && !station.answers) || station.addresses.empty();
    const Paint paint = silent ? Paint::Warning : paintOf(n);
    const std::string tip = fmt::format("{} in {}: {}{}{}", row.name, ways_.networks[n].instance, labelOf(station),
                                        station.roles.empty() ? "" : "; " + base::join(station.roles, ", "),
                                        station.answer.empty() ? "" : "; " + station.answer);
    station.roles.empty() ? svg_.dot(x, middle, 5, paint, tip) : svg_.ring(x, middle, 6, paint, tip);
    double at = x + kStation - 5;
    const std::string label = labelOf(station);
    svg_.text(at, text, label, {silent ? Paint::Muted : Paint::Plain, Svg::Anchor::Start, station.first, kText},
              kLabelWidth);
    at += std::min(kLabelWidth, textWidth(label, kText, station.first)) + 8;
    if (!station.roles.empty()) {
      const std::string roles = base::join(station.roles, ", ");
      svg_.text(at, text, roles, {paintOf(n), Svg::Anchor::Start, false, kSmall});
      at += textWidth(roles, kSmall) + 8;
    }
    if (!station.answer.empty())
      svg_.text(at, text, station.answer, {silent ? Paint::Warning : Paint::Muted, Svg::Anchor::Start, false, kSmall},
                160);
  }

  const Ways& ways_;
  Svg svg_;
  bool asked_;
  std::vector<Row> rows_;
  std::map<Key, Station> stations_;
  std::set<std::string> reached_;
  std::vector<double> rails_;
  double nameWidth_ = 40, other_ = 0, otherWidth_ = 0, right_ = 0;
};

}  // namespace

int drawNetworks(Context& cx) {
  const auto ways = openWays(cx, Devices::Take);
  if (!ways) return cx.fail(ways.error());
  std::vector<WayAnswer> answers;
  if (cx.args.has("--ask")) {
    auto asked = askWays(cx, ways->all);
    if (!asked) return cx.fail(asked.error());
    answers = *std::move(asked);
  }
  const std::string text = Picture(cx, *ways, cx.args.has("--ask") ? &answers : nullptr).draw(cx);
  if (const auto done = writeResult(cx, text); !done) return cx.fail(done.error());
  return cx.finish();
}

}  // namespace fleetd::cli

// Readers of the bus that call sinks.
#include "kernel/plugin/told.hpp"

#include <utility>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/plugin/messages.hpp"

namespace fleetd::plugin {

namespace {

// Plugins may publish on any topic their manifest lists, this one, too: a line of theirs is shown as one.
void logLine(const LogSink& log, const bus::EventReader::Event& event, std::uint64_t lost) {
  if (lost > 0)
    log(event.sender, FLEET_LOG_WARNING,
        fmt::format("{} line{} of plugins before this one came too fast to be shown", lost, lost == 1 ? "" : "s"));
  if (event.body.empty() || event.body.front() < '0' || event.body.front() > '0' + FLEET_LOG_ERROR) return;
  log(event.sender, event.body.front() - '0', base::sanitize(std::string_view(event.body).substr(1)));
}

}  // namespace

Result<std::unique_ptr<Told>> Told::start(bus::BusThread& bus, LogSink log, EventSink events) {
  std::unique_ptr<Told> out(new Told(bus));
  if (log) {
    FLEETD_TRY_ASSIGN(out->lines_, bus.read({topic::kLog},
                                            [log = std::move(log)](const bus::EventReader::Event& event,
                                                                   std::uint64_t lost) { logLine(log, event, lost); }));
  }
  if (events) {
    FLEETD_TRY_ASSIGN(out->events_, bus.read({std::string()}, [events = std::move(events)](
                                                                  const bus::EventReader::Event& event, std::uint64_t) {
      if (event.topic != topic::kLog) events(event.sender, event.topic, event.body);
    }));
  }
  return out;
}

LogSink Told::sink(bus::BusThread& bus, const LogSink& log) {
  if (!log) return {};
  return [&bus](const std::string& plugin, int level, const std::string& text) {
    bus.publish(topic::kLog, plugin, fmt::format("{}{}", level, text));
  };
}

Told::~Told() {
  if (lines_ || events_) bus_.flushEvents();
}

}  // namespace fleetd::plugin

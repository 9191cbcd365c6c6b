// Told: what plugins log and publish, on its way to whoever runs fleetd. It goes over the bus to readers on threads
// of their own, so that no plugin ever waits for a slow terminal; what comes faster than it is shown is lost.
#pragma once
#include <memory>

#include "kernel/bus/bus_thread.hpp"
#include "kernel/plugin/plugins.hpp"

namespace fleetd::plugin {

class Told {
 public:
  // Hands on to `log` and `events` (both may be empty) until it ends, each on a thread of its own. The bus must live
  // longer.
  static Result<std::unique_ptr<Told>> start(bus::BusThread& bus, LogSink log, EventSink events);
  // What plugins log to, from any thread for as long as the bus lives; empty when nobody listens.
  static LogSink sink(bus::BusThread& bus, const LogSink& log);
  // Hands on what was said before.
  ~Told();
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;

 private:
  explicit Told(bus::BusThread& bus) : bus_(bus) {}
  bus::BusThread& bus_;
  std::unique_ptr<bus::EventReader> lines_, events_;  // each has a thread and a queue: neither waits for the other
};

}  // namespace fleetd::plugin

// Prober: the checked proxy around the calls of one plugin. Private to the probe.
#pragma once
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "kernel/plugin/host_api.hpp"
#include "kernel/plugin/library.hpp"
#include "kernel/plugin/probe.hpp"

namespace fleetd::plugin {

class Prober {
 public:
  Prober(const ProbeReport& report, const ExpressionCheck& expressions) : report_(report), expressions_(expressions) {}

  const ProbeReport& report() const { return report_; }
  // Ends the step before: what it wrote to standard output is found here.
  void begin(const std::string& step);
  void find(const Error& finding) { report_.find(step_, finding); }
  // FL0341
  static Error broken(std::string what, std::string hint);

  // Life cycle and extensions of one plugin.
  void run(const Manifest& manifest, const Library& library);

 private:
  using Call = std::function<fleet_status_t(const fleet_writer_t*, fleet_error_t*)>;
  // A writer that outlives its call, to see whether somebody uses it later.
  struct Sink {
    Prober* owner;
    fleet_writer_t c;
    std::string bytes;
    bool open = true, refused = false;
  };
  static fleet_status_t write(const fleet_writer_t* self, const void* data, std::uint64_t size) noexcept;

  // One call with everything looked at. False when it failed, with a finding for what it may not do; `mayFail` says
  // that a failure with a word is fine.
  bool call(const Call& function, std::string* bytes, bool mayFail);
  // The same call twice must give the same bytes, which go to the report; then once without an error struct.
  bool twice(const std::string& step, const Call& function, std::string& bytes, bool mayFail = false);
  void checkTexts(fleet_status_t status, const fleet_error_t& error, bool mayFail);
  void checkDiagnostics();

  bool start(const Manifest& manifest);
  void schema(const Manifest& manifest);
  void extensions();
  void contribute(const Manifest& manifest);
  void hosts(const Manifest& manifest, const fleet_plugin_contribute_t& ext);
  void exports(const Manifest& manifest);
  void composed(const Manifest& manifest);
  void secrets();
  void facts(const Manifest& manifest);
  void fragment(const Manifest& manifest, const std::string& host, const std::string& bytes);
  void garbage(const std::string& step,
               const std::function<fleet_status_t(fleet_bytes_t, const fleet_writer_t*, fleet_error_t*)>& function);
  template <class Ext>
  const Ext* extension(const char* id) const {
    return static_cast<const Ext*>(plugin_->get_extension(plugin_, id));
  }

  const ProbeReport& report_;
  const ExpressionCheck& expressions_;
  std::string step_;
  const fleet_plugin_t* plugin_ = nullptr;
  HostApi* host_ = nullptr;
  Schema schema_;
  std::deque<Sink> sinks_;
};

// The fleet a probe shows: one machine of each class the plugin serves, one instance with every role.
FleetView sampleFleet(const Manifest& manifest, const Schema& schema);
std::vector<HostView> sampleHosts(const Manifest& manifest, const Schema& schema, const FleetView& fleet);
ComposedView sampleComposed(const Manifest& manifest, const HostView& host, const Schema& schema);

}  // namespace fleetd::plugin

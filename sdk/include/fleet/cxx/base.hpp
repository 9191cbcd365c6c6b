// fleet/cxx/base.hpp - PluginBase: owns the C struct of an instance and turns its calls into virtual C++
// functions.
#pragma once
#include <concepts>
#include <string_view>
#include <vector>

#include "../fleet.h"
#include "boundary.hpp"
#include "contribution.hpp"
#include "manifest.hpp"
#include "type_codec.hpp"
#include "view_codec.hpp"

namespace fleet {

// A message as on_message() gets it; views are borrowed.
struct Message {
  std::uint32_t kind = 0;
  std::string_view topic, sender, body;
};

// Derive from ServicePlugin or PlatformPlugin (plugin.hpp) instead. Functions run on the plugin thread.
class PluginBase {
 public:
  PluginBase(const PluginBase&) = delete;
  PluginBase& operator=(const PluginBase&) = delete;
  virtual ~PluginBase() = default;

  // Set by FLEET_PLUGIN before init(); not part of what a plugin uses.
  void attach(const fleet_host_t* host) { host_ = host; }
  const fleet_plugin_t* c() const { return &c_; }

 protected:
  enum Extensions : unsigned { kContributes = 1, kRenders = 2, kExportsToo = 4, kChecksNothing = 8 };

  // Hosts are not even read for a plugin that does not override check().
  template <class Self>
  static constexpr unsigned whetherItChecks() {
    constexpr bool inherited = requires {
      requires std::same_as < decltype(&Self::check), Result<void>(PluginBase::*)
      (const ComposedHost&) const > ;
    };
    return inherited ? static_cast<unsigned>(kChecksNothing) : 0;
  }

  // The object behind a C instance, for the functions of further extensions.
  static PluginBase& self(const fleet_plugin_t* p) { return *static_cast<PluginBase*>(p->impl); }

  PluginBase(const fleet_manifest_t* manifest, unsigned extensions)
      : c_{FLEET_SIZE(fleet_plugin_t),
           0,
           manifest,
           this,
           cInit,
           cActivate,
           cDeactivate,
           cDestroy,
           cMessage,
           cCallback,
           cExtension},
        extensions_(extensions) {}

  // What a plugin may override. `settings` are the plugin's own fleet-level settings.
  virtual Result<void> activate(const Value& settings) {
    (void)settings;
    return {};
  }
  virtual void deactivate() {}
  virtual Result<Schema> schema() const { return Schema{}; }
  virtual Result<void> check(const ComposedHost& host) const {
    (void)host;
    return {};
  }
  // The answer's bytes are one msgpack document; they are dropped for events.
  virtual Result<std::string> onMessage(const Message& message) {
    return Error{FLEET_E_UNSUPPORTED, {}, {}, "nothing is known of the topic " + std::string(message.topic), {}, 0};
  }
  virtual void onCallback() {}

  // Behind ServicePlugin and PlatformPlugin.
  virtual Result<void> doRules(Contribution& out) const {
    (void)out;
    return {};
  }
  virtual Result<void> doFleet(FleetView view) {
    (void)view;
    return {};
  }
  virtual Result<void> doContribute(const HostView& host, Contribution& out) const {
    (void)host, (void)out;
    return {};
  }
  virtual Result<Exports> doExports() const { return Exports{}; }
  // An extension beyond those below, or null: the same answer on every call, valid as long as the library.
  virtual const void* otherExtension(std::string_view id) const {
    (void)id;
    return nullptr;
  }
  virtual Result<std::vector<RenderedFile>> doRender(const ComposedHost& host) const {
    (void)host;
    return std::vector<RenderedFile>{};
  }

  // A line for the person who runs fleetd. [thread-safe]
  void log(std::int32_t level, std::string_view text) const {
    if (log_) log_->log(host_, level, {text.data(), text.size()});
  }
  // One finding about the fleet; a call may report many. `severity` is FLEET_SEVERITY_*. [thread-safe]
  void report(std::uint32_t severity, const Error& finding) const {
    fleet_error_t c{};
    c.struct_size = FLEET_SIZE(fleet_error_t);
    fillError(&c, finding);
    if (diag_) diag_->emit(host_, severity, &c);
  }
  // True when the running call has become pointless. [plugin-thread]
  bool cancelled() const { return cancel_ && cancel_->is_cancelled(host_) != 0; }
  // Asks for one call of onCallback(). [thread-safe & active]
  void requestCallback() const { host_->request_callback(host_); }
  const fleet_host_t* host() const { return host_; }

 private:
  static std::string_view view(fleet_bytes_t bytes) {
    return {static_cast<const char*>(bytes.data), static_cast<std::size_t>(bytes.size)};
  }
  template <class Ext>
  const Ext* extension(const char* id) const {
    return static_cast<const Ext*>(host_->get_extension(host_, id));
  }
  template <class T>
  static Result<void> send(const fleet_writer_t* out, const T& document) {
    Packer packer;
    pack(packer, document);
    return writeAll(out, packer.view());
  }

  static fleet_status_t cInit(const fleet_plugin_t* p, fleet_error_t* err) noexcept {
    return guard(err, [&]() -> Result<void> {
      auto& s = self(p);
      s.log_ = s.extension<fleet_host_log_t>(FLEET_EXT_LOG);
      s.diag_ = s.extension<fleet_host_diag_t>(FLEET_EXT_DIAG);
      s.cancel_ = s.extension<fleet_host_cancel_t>(FLEET_EXT_CANCEL);
      return {};
    });
  }
  static fleet_status_t cActivate(const fleet_plugin_t* p, fleet_bytes_t settings, fleet_error_t* err) noexcept {
    return guard(err, [&]() -> Result<void> {
      FLEET_TRY_ASSIGN(const auto value, settings.size == 0 ? Result<Value>(Attrs{}) : parseValue(view(settings)));
      return self(p).activate(value);
    });
  }
  static void cDeactivate(const fleet_plugin_t* p) noexcept {
    guardVoid([&] { self(p).deactivate(); });
  }
  static void cDestroy(const fleet_plugin_t* p) noexcept {
    guardVoid([&] { delete &self(p); });
  }
  static fleet_status_t cMessage(const fleet_plugin_t* p, const fleet_message_t* message, const fleet_writer_t* reply,
                                 fleet_error_t* err) noexcept {
    return guard(err, [&]() -> Result<void> {
      FLEET_TRY_ASSIGN(const auto answer,
                       self(p).onMessage({message->kind, message->topic, message->sender, view(message->body)}));
      return reply ? writeAll(reply, answer) : Result<void>();
    });
  }
  static void cCallback(const fleet_plugin_t* p) noexcept {
    guardVoid([&] { self(p).onCallback(); });
  }
  static fleet_status_t cSchema(const fleet_plugin_t* p, const fleet_writer_t* out, fleet_error_t* err) noexcept {
    return guard(err, [&]() -> Result<void> {
      FLEET_TRY_ASSIGN(const auto document, self(p).schema());
      return send(out, document);
    });
  }
  static fleet_status_t cRules(const fleet_plugin_t* p, const fleet_writer_t* out, fleet_error_t* err) noexcept {
    return guard(err, [&]() -> Result<void> {
      Contribution contribution;
      FLEET_TRY(self(p).doRules(contribution));
      FLEET_TRY_ASSIGN(const auto fragment, contribution.finish());
      return send(out, fragment);
    });
  }
  static fleet_status_t cFleet(const fleet_plugin_t* p, fleet_bytes_t bytes, fleet_error_t* err) noexcept {
    return guard(err, [&]() -> Result<void> {
      Reader in(view(bytes));
      FLEET_TRY_ASSIGN(auto fleet, readFleetView(in));
      return self(p).doFleet(std::move(fleet));
    });
  }
  static fleet_status_t cContribute(const fleet_plugin_t* p, fleet_bytes_t bytes, const fleet_writer_t* out,
                                    fleet_error_t* err) noexcept {
    return guard(err, [&]() -> Result<void> {
      Reader in(view(bytes));
      FLEET_TRY_ASSIGN(const auto host, readHostView(in));
      Contribution contribution;
      FLEET_TRY(self(p).doContribute(host, contribution));
      FLEET_TRY_ASSIGN(const auto fragment, contribution.finish());
      return send(out, fragment);
    });
  }
  static fleet_status_t cCheck(const fleet_plugin_t* p, fleet_bytes_t bytes, fleet_error_t* err) noexcept {
    return guard(err, [&]() -> Result<void> {
      Reader in(view(bytes));
      FLEET_TRY_ASSIGN(const auto host, readComposedHost(in));
      return self(p).check(host);
    });
  }
  static fleet_status_t cRender(const fleet_plugin_t* p, fleet_bytes_t bytes, const fleet_writer_t* out,
                                fleet_error_t* err) noexcept {
    return guard(err, [&]() -> Result<void> {
      Reader in(view(bytes));
      FLEET_TRY_ASSIGN(const auto host, readComposedHost(in));
      FLEET_TRY_ASSIGN(const auto files, self(p).doRender(host));
      return send(out, files);
    });
  }
  static fleet_status_t cExports(const fleet_plugin_t* p, const fleet_writer_t* out, fleet_error_t* err) noexcept {
    return guard(err, [&]() -> Result<void> {
      FLEET_TRY_ASSIGN(const auto exports, self(p).doExports());
      Packer packer;
      detail::packMap(packer, exports);
      return writeAll(out, packer.view());
    });
  }
  static const void* cExtension(const fleet_plugin_t* p, const char* id) noexcept {
    static constexpr fleet_plugin_schema_t kSchema{cSchema};
    static constexpr fleet_plugin_contribute_t kContribute{cRules, cFleet, cContribute};
    static constexpr fleet_plugin_check_t kCheck{cCheck};
    static constexpr fleet_plugin_render_t kRender{cRender};
    static constexpr fleet_plugin_exports_t kExports{cExports};
    const std::string_view wanted = id;
    if (wanted == FLEET_EXT_SCHEMA) return &kSchema;
    if (wanted == FLEET_EXT_CHECK) return (self(p).extensions_ & kChecksNothing) != 0 ? nullptr : &kCheck;
    if (wanted == FLEET_EXT_CONTRIBUTE && (self(p).extensions_ & kContributes) != 0) return &kContribute;
    if (wanted == FLEET_EXT_EXPORTS && (self(p).extensions_ & kExportsToo) != 0) return &kExports;
    if (wanted == FLEET_EXT_RENDER && (self(p).extensions_ & kRenders) != 0) return &kRender;
    const void* other = nullptr;
    guardVoid([&] { other = self(p).otherExtension(wanted); });
    return other;
  }

  fleet_plugin_t c_;
  unsigned extensions_;
  const fleet_host_t* host_ = nullptr;
  const fleet_host_log_t* log_ = nullptr;
  const fleet_host_diag_t* diag_ = nullptr;
  const fleet_host_cancel_t* cancel_ = nullptr;
};

}  // namespace fleet

// The life cycle of a plugin object, and the calls through its extensions.
#include "kernel/plugin/instance.hpp"

#include <fleet/ext/network.h>
#include <fleet/ext/secrets.h>
#include <fmt/format.h>

#include "kernel/plugin/failure.hpp"
#include "kernel/plugin/messages.hpp"

namespace fleetd::plugin {

namespace {

fleet_bytes_t borrow(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

// Collects what a plugin writes; refuses above the limit while it writes, before memory is spent.
class Sink {
 public:
  Sink() : c_{FLEET_SIZE(fleet_writer_t), 0, this, write} {}
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  const fleet_writer_t* c() const { return &c_; }
  bool refused() const { return refused_; }
  std::string take() { return std::move(bytes_); }

 private:
  static fleet_status_t write(const fleet_writer_t* self, const void* data, std::uint64_t size) noexcept {
    auto& sink = *static_cast<Sink*>(self->impl);
    if (size > 0 && !data) return FLEET_E_INVALID_ARGUMENT;
    if (sink.refused_ || size > FLEET_MAX_MESSAGE - sink.bytes_.size()) {
      sink.refused_ = true;
      sink.bytes_.clear();
      return FLEET_E_LIMIT;
    }
    sink.bytes_.append(static_cast<const char*>(data), static_cast<std::size_t>(size));
    return FLEET_OK;
  }

  fleet_writer_t c_;
  std::string bytes_;
  bool refused_ = false;
};

sdk::Error unsupported(const char* what) {
  return {FLEET_E_UNSUPPORTED, {}, {}, fmt::format("the plugin does not {}", what), {}, 0};
}

template <class F>
sdk::Result<void> call(F&& function) {
  CallError error;
  const fleet_status_t status = function(error.c());
  if (status == FLEET_OK) return {};
  return error.take(status);
}

// A call that writes one document.
template <class F>
Instance::Bytes collect(F&& function) {
  Sink sink;
  const auto done = call([&](fleet_error_t* error) { return function(sink.c(), error); });
  // Before what the plugin says of it: it may pass the refusal on or ignore it.
  if (sink.refused())
    return sdk::Error{FLEET_E_LIMIT,
                      {},
                      {},
                      fmt::format("the answer is larger than {} bytes", static_cast<int>(FLEET_MAX_MESSAGE)),
                      {},
                      0};
  FLEET_TRY(done);
  return sink.take();
}

}  // namespace

std::string_view stateName(State state) {
  switch (state) {
    case State::created: return "created";
    case State::inactive: return "inactive";
    case State::active: return "active";
    case State::gone: return "gone";
  }
  return "";
}

Instance::~Instance() {
  if (state_ == State::active) deactivate();
  if (state_ != State::gone) destroy();
}

sdk::Result<void> Instance::require(State least, const char* what) const {
  const bool allowed = state_ == State::active || (least == State::inactive && state_ == State::inactive);
  if (allowed) return {};
  return sdk::Error{
      FLEET_E_STATE, {}, {}, fmt::format("a plugin that is {} cannot {}", stateName(state_), what), {}, 0};
}

template <class Ext>
const Ext* Instance::extension(const char* id) const {
  return static_cast<const Ext*>(plugin_->get_extension(plugin_, id));
}

sdk::Result<void> Instance::init() {
  if (state_ != State::created) return sdk::Error{FLEET_E_STATE, {}, {}, "a plugin is initialised once", {}, 0};
  auto done = call([&](fleet_error_t* error) { return plugin_->init(plugin_, error); });
  if (done)
    state_ = State::inactive;
  else
    destroy();
  return done;
}

sdk::Result<void> Instance::activate(std::string_view settings) {
  if (state_ != State::inactive)
    return sdk::Error{
        FLEET_E_STATE, {}, {}, fmt::format("a plugin that is {} cannot be activated", stateName(state_)), {}, 0};
  auto done = call([&](fleet_error_t* error) { return plugin_->activate(plugin_, borrow(settings), error); });
  if (done) state_ = State::active;
  return done;
}

void Instance::deactivate() {
  if (state_ != State::active) return;
  plugin_->deactivate(plugin_);
  state_ = State::inactive;
}

void Instance::destroy() {
  if (state_ == State::gone || state_ == State::active) return;
  plugin_->destroy(plugin_);
  state_ = State::gone;
}

Instance::Bytes Instance::schema() {
  FLEET_TRY(require(State::inactive, "tell its schema"));
  const auto* ext = extension<fleet_plugin_schema_t>(FLEET_EXT_SCHEMA);
  if (!ext || !ext->write) return unsupported("declare options");
  return collect([&](const fleet_writer_t* out, fleet_error_t* error) { return ext->write(plugin_, out, error); });
}

Instance::Bytes Instance::rules() {
  FLEET_TRY(requireActive("give rules"));
  const auto* ext = extension<fleet_plugin_contribute_t>(FLEET_EXT_CONTRIBUTE);
  if (!ext || !ext->rules) return unsupported("give rules");
  return collect([&](const fleet_writer_t* out, fleet_error_t* error) { return ext->rules(plugin_, out, error); });
}

Instance::Bytes Instance::exports() {
  FLEET_TRY(requireActive("export"));
  const auto* ext = extension<fleet_plugin_exports_t>(FLEET_EXT_EXPORTS);
  if (!ext || !ext->exports) return unsupported("export");
  return collect([&](const fleet_writer_t* out, fleet_error_t* error) { return ext->exports(plugin_, out, error); });
}

Instance::Bytes Instance::request(std::string_view body) { return message(false, topic::kRequest, "kernel", 0, body); }

Instance::Bytes Instance::message(bool event, const std::string& topic, const std::string& sender,
                                  std::int64_t deadlineNs, std::string_view body) {
  FLEET_TRY(requireActive("answer requests"));
  if (!plugin_->on_message) return unsupported("answer requests");
  const fleet_message_t message{FLEET_SIZE(fleet_message_t),
                                event ? FLEET_MSG_EVENT : FLEET_MSG_REQUEST,
                                0,
                                0,
                                deadlineNs,
                                topic.c_str(),
                                sender.c_str(),
                                borrow(body)};
  if (event) {
    FLEET_TRY(call([&](fleet_error_t* error) { return plugin_->on_message(plugin_, &message, nullptr, error); }));
    return std::string();
  }
  return collect([&](const fleet_writer_t* out, fleet_error_t* error) {
    return plugin_->on_message(plugin_, &message, out, error);
  });
}

Instance::Bytes Instance::resolve(std::string_view references) {
  FLEET_TRY(requireActive("resolve secrets"));
  const auto* ext = extension<fleet_plugin_secrets_t>(FLEET_EXT_SECRETS);
  if (!ext || !ext->resolve) return unsupported("keep secrets");
  return collect([&](const fleet_writer_t* out, fleet_error_t* error) {
    return ext->resolve(plugin_, borrow(references), out, error);
  });
}

Instance::Bytes Instance::facts(std::string_view fleet) {
  FLEET_TRY(requireActive("tell facts"));
  const auto* ext = extension<fleet_plugin_network_t>(FLEET_EXT_NETWORK);
  if (!ext || !ext->facts) return unsupported("tell facts");
  return collect(
      [&](const fleet_writer_t* out, fleet_error_t* error) { return ext->facts(plugin_, borrow(fleet), out, error); });
}

sdk::Result<void> Instance::fleet(std::string_view view) {
  FLEET_TRY(requireActive("be told of the fleet"));
  const auto* ext = extension<fleet_plugin_contribute_t>(FLEET_EXT_CONTRIBUTE);
  if (!ext || !ext->fleet) return unsupported("look at the fleet");
  return call([&](fleet_error_t* error) { return ext->fleet(plugin_, borrow(view), error); });
}

Instance::Bytes Instance::contribute(std::string_view view) {
  FLEET_TRY(requireActive("contribute"));
  const auto* ext = extension<fleet_plugin_contribute_t>(FLEET_EXT_CONTRIBUTE);
  if (!ext || !ext->contribute) return unsupported("contribute to hosts");
  return collect([&](const fleet_writer_t* out, fleet_error_t* error) {
    return ext->contribute(plugin_, borrow(view), out, error);
  });
}

Instance::Bytes Instance::render(std::string_view composed) {
  FLEET_TRY(requireActive("render"));
  const auto* ext = extension<fleet_plugin_render_t>(FLEET_EXT_RENDER);
  if (!ext || !ext->render) return unsupported("render hosts");
  return collect([&](const fleet_writer_t* out, fleet_error_t* error) {
    return ext->render(plugin_, borrow(composed), out, error);
  });
}

sdk::Result<void> Instance::check(std::string_view composed) {
  FLEET_TRY(requireActive("check"));
  const auto* ext = extension<fleet_plugin_check_t>(FLEET_EXT_CHECK);
  if (!ext || !ext->check) return unsupported("check hosts");
  return call([&](fleet_error_t* error) { return ext->check(plugin_, borrow(composed), error); });
}

void Instance::callback() {
  if (state_ == State::active && plugin_->on_callback) plugin_->on_callback(plugin_);
}

}  // namespace fleetd::plugin

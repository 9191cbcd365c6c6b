// A plugin's life cycle in a probe, and each of its extensions.
#include <fleet/all.h>
#include <fmt/format.h>
#include <fleet/cxx/view_codec.hpp>

#include "kernel/bus/errors.hpp"
#include "kernel/bus/prescan.hpp"
#include "kernel/plugin/documents.hpp"
#include "kernel/plugin/failure.hpp"
#include "kernel/plugin/probe_impl.hpp"
#include "kernel/plugin/schema_lint.hpp"

namespace fleetd::plugin {

namespace {

template <class T>
std::string packed(const T& document) {
  sdk::Packer out;
  pack(out, document);
  return out.take();
}

fleet_bytes_t borrow(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

constexpr const char* kExtensions[] = {FLEET_EXT_SCHEMA, FLEET_EXT_CONTRIBUTE, FLEET_EXT_EXPORTS, FLEET_EXT_CHECK,
                                       FLEET_EXT_RENDER, FLEET_EXT_SECRETS,    FLEET_EXT_NETWORK};

}  // namespace

void Prober::run(const Manifest& manifest, const Library& library) {
  begin("create");
  HostApi host(manifest.id, {}, [] { return false; });
  host_ = &host;
  const auto made = library.create(manifest.id, host.c());
  if (!made) return find(made.error());
  plugin_ = *made;
  if (plugin_->manifest == nullptr) find(broken("its instance has no manifest", "point to the one of the factory"));
  begin("init");
  const bool initialised =
      call([&](const fleet_writer_t*, fleet_error_t* error) { return plugin_->init(plugin_, error); }, nullptr, false);
  if (initialised) {
    extensions();
    schema(manifest);
    if (start(manifest)) {
      contribute(manifest);
      exports(manifest);
      composed(manifest);
      secrets();
      facts(manifest);
      begin("deactivate");
      plugin_->deactivate(plugin_);
      begin("activate again");
      if (start(manifest)) plugin_->deactivate(plugin_);
    }
  }
  begin("destroy");
  plugin_->destroy(plugin_);
  plugin_ = nullptr;
  begin("");
}

bool Prober::start(const Manifest&) {
  begin("activate");
  return call([&](const fleet_writer_t*, fleet_error_t* error) { return plugin_->activate(plugin_, {}, error); },
              nullptr, false);
}

void Prober::extensions() {
  begin("get_extension");
  for (const char* id : {"fleet.no-such-extension/9", "", "fleet.schema/99"})
    if (plugin_->get_extension(plugin_, id))
      find(broken(fmt::format("get_extension() answers the id `{}`, which does not exist", id),
                  "compare the whole id, answer null"));
  for (const char* id : kExtensions)
    if (plugin_->get_extension(plugin_, id) != plugin_->get_extension(plugin_, id))
      find(broken(fmt::format("get_extension() gives two answers for `{}`", id), "give the same one until destroy()"));
}

void Prober::schema(const Manifest& manifest) {
  const auto* ext = extension<fleet_plugin_schema_t>(FLEET_EXT_SCHEMA);
  if (!ext) return;
  if (!ext->write) return find(broken("its fleet.schema/1 has no function", "answer null for the extension"));
  std::string bytes;
  if (!twice(
          "schema", [&](const fleet_writer_t* out, fleet_error_t* error) { return ext->write(plugin_, out, error); },
          bytes))
    return;
  begin("schema document");
  auto schema = decodeSchema(manifest, bytes);
  if (!schema) return find(schema.error());
  schema_ = *std::move(schema);
  for (const auto& fault : lintSchema(schema_))
    find(fail(Code::FL0340, fmt::format("{}: {}", fault.option, fault.what), fault.hint));
  if (manifest.optionRoot && schema_.options.empty() && manifest.role == Role::service)
    find(fail(Code::FL0346, "the manifest has an option root, and the schema has no options", "leave the root out"));
}

void Prober::fragment(const Manifest& manifest, const std::string& host, const std::string& bytes) {
  if (bytes.empty()) return find(broken("it wrote nothing", "an empty fragment is an empty map"));
  if (const auto decoded = decodeFragment(manifest, host, bytes, expressions_); !decoded) find(decoded.error());
}

void Prober::contribute(const Manifest& manifest) {
  const auto* ext = extension<fleet_plugin_contribute_t>(FLEET_EXT_CONTRIBUTE);
  if (!ext) return;
  std::string bytes;
  if (ext->rules &&
      twice(
          "rules", [&](const fleet_writer_t* out, fleet_error_t* error) { return ext->rules(plugin_, out, error); },
          bytes))
    fragment(manifest, {}, bytes);
  if (ext->fleet)
    garbage("fleet", [&](fleet_bytes_t view, const fleet_writer_t*, fleet_error_t* error) {
      return ext->fleet(plugin_, view, error);
    });
  hosts(manifest, *ext);
}

void Prober::hosts(const Manifest& manifest, const fleet_plugin_contribute_t& ext) {
  const FleetView fleet = sampleFleet(manifest, schema_);
  const std::string fleetBytes = packed(fleet);
  if (ext.fleet) {
    begin("fleet");
    call([&](const fleet_writer_t*, fleet_error_t* error) { return ext.fleet(plugin_, borrow(fleetBytes), error); },
         nullptr, false);
  }
  if (!ext.contribute) return;
  for (const HostView& host : sampleHosts(manifest, schema_, fleet)) {
    const std::string view = packed(host);
    std::string bytes;
    // It may refuse what it cannot serve, with a word.
    if (twice(
            "contribute to a host of class " + host.hostClass,
            [&](const fleet_writer_t* out, fleet_error_t* error) {
              return ext.contribute(plugin_, borrow(view), out, error);
            },
            bytes, true))
      fragment(manifest, host.name, bytes);
  }
  garbage("contribute", [&](fleet_bytes_t view, const fleet_writer_t* out, fleet_error_t* error) {
    return ext.contribute(plugin_, view, out, error);
  });
}

void Prober::exports(const Manifest& manifest) {
  const auto* ext = extension<fleet_plugin_exports_t>(FLEET_EXT_EXPORTS);
  if (!ext || !ext->exports) return;
  std::string bytes;
  if (!twice(
          "exports", [&](const fleet_writer_t* out, fleet_error_t* error) { return ext->exports(plugin_, out, error); },
          bytes))
    return;
  if (const auto decoded = decodeExports(manifest, schema_, bytes); !decoded) find(decoded.error());
}

void Prober::composed(const Manifest& manifest) {
  const auto* check = extension<fleet_plugin_check_t>(FLEET_EXT_CHECK);
  const auto* render = extension<fleet_plugin_render_t>(FLEET_EXT_RENDER);
  const FleetView fleet = sampleFleet(manifest, schema_);
  for (const HostView& host : sampleHosts(manifest, schema_, fleet)) {
    const std::string view = packed(sampleComposed(manifest, host, schema_));
    if (check && check->check) {
      begin("check a host of class " + host.hostClass);
      call([&](const fleet_writer_t*, fleet_error_t* error) { return check->check(plugin_, borrow(view), error); },
           nullptr, false);
    }
    std::string bytes;
    if (!render || !render->render ||
        !twice(
            "render a host of class " + host.hostClass,
            [&](const fleet_writer_t* out, fleet_error_t* error) {
              return render->render(plugin_, borrow(view), out, error);
            },
            bytes, true))
      continue;
    if (const auto decoded = decodeFiles(manifest, bytes); !decoded) find(decoded.error());
  }
  if (render && render->render)
    garbage("render", [&](fleet_bytes_t view, const fleet_writer_t* out, fleet_error_t* error) {
      return render->render(plugin_, view, out, error);
    });
  if (check && check->check)
    garbage("check", [&](fleet_bytes_t view, const fleet_writer_t*, fleet_error_t* error) {
      return check->check(plugin_, view, error);
    });
}

void Prober::facts(const Manifest& manifest) {
  const auto* ext = extension<fleet_plugin_network_t>(FLEET_EXT_NETWORK);
  if (!ext || !ext->facts) return;
  const FleetView fleet = sampleFleet(manifest, schema_);
  const std::string view = packed(fleet);
  std::string bytes;
  if (twice(
          "facts",
          [&](const fleet_writer_t* out, fleet_error_t* error) {
            return ext->facts(plugin_, borrow(view), out, error);
          },
          bytes, true)) {
    if (const auto decoded = decodeFacts(manifest, fleet, bytes); !decoded) find(decoded.error());
  }
  garbage("facts", [&](fleet_bytes_t damaged, const fleet_writer_t* out, fleet_error_t* error) {
    return ext->facts(plugin_, damaged, out, error);
  });
}

void Prober::secrets() {
  const auto* ext = extension<fleet_plugin_secrets_t>(FLEET_EXT_SECRETS);
  if (!ext || !ext->resolve) return;
  begin("resolve no secrets");
  const std::string none = packed(sdk::Value(sdk::List{}));
  std::string bytes;
  if (call([&](const fleet_writer_t* out,
               fleet_error_t* error) { return ext->resolve(plugin_, borrow(none), out, error); },
           &bytes, true) &&
      bytes != "\x90")
    find(broken("no references do not give an empty array", "one answer for each reference"));
  begin("resolve a secret");
  const std::string one = packed(sdk::Value(sdk::List{sdk::Secret{"anna", "sample", "key", sdk::SecretPart::value}}));
  if (call([&](const fleet_writer_t* out,
               fleet_error_t* error) { return ext->resolve(plugin_, borrow(one), out, error); },
           &bytes, true)) {
    sdk::Reader in(bytes);
    const auto count = bus::prescan(bytes) ? in.array() : sdk::Result<std::uint32_t>(sdk::malformed("no document"));
    if (!count || *count != 1 || !in.bin())
      find(broken("one reference does not give an array of one byte string", "one answer for each reference"));
  }
  garbage("resolve", [&](fleet_bytes_t refs, const fleet_writer_t* out, fleet_error_t* error) {
    return ext->resolve(plugin_, refs, out, error);
  });
}

}  // namespace fleetd::plugin

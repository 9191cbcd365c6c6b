// appliance: a platform. It knows a class of hosts of its own, declares their options, finds mistakes that types cannot
// find, and turns a composed host into the file such a machine reads.
#include <fleet/cxx/plugin.hpp>

namespace {

class Appliance final : public fleet::PlatformPlugin<Appliance> {
  static constexpr const char* kClasses[] = {"appliance", nullptr};

 public:
  // An empty option root: a platform declares options everywhere, for its own class only.
  static constexpr auto manifest = fleet::manifest({.role = FLEET_ROLE_PLATFORM,
                                                    .id = "org.example.appliance",
                                                    .name = "Appliance",
                                                    .version = "1.0.0",
                                                    .license = "MIT",
                                                    .description = "Boxes that read one file of names and values",
                                                    .optionRoot = "",
                                                    .platforms = kClasses});

 private:
  fleet::Result<fleet::Schema> schema() const override {
    fleet::Schema out;
    out.options.push_back(fleet::declareOption("system.name", fleet::type::str("[a-z][a-z0-9-]*"), "Name of the box.",
                                               fleet::Value("box")));
    out.options.push_back(fleet::declareOption("system.ports", fleet::type::list(fleet::type::port()),
                                               "Ports that are open.", fleet::Value(fleet::List{})));
    return out;
  }

  // Findings are reported, not returned: an error here would say that the check itself could not run.
  fleet::Result<void> check(const fleet::ComposedHost& host) const override {
    const auto* system = host.options.find("system");
    const auto* ports = system ? system->find("ports") : nullptr;
    const auto* list = ports ? ports->get<fleet::List>() : nullptr;
    if (list && list->size() > 8)
      report(FLEET_SEVERITY_WARNING, {FLEET_OK, "BOX01", "system.ports", "the box keeps eight ports", "open fewer", 0});
    return {};
  }

  fleet::Result<std::vector<fleet::RenderedFile>> render(const fleet::ComposedHost& host) const override {
    std::string text = "# " + host.name + "\n";
    const auto* system = host.options.find("system");
    if (const auto* attrs = system ? system->get<fleet::Attrs>() : nullptr)
      for (const auto& attr : *attrs) text += attr.name + "=" + plain(attr.value) + "\n";
    return std::vector<fleet::RenderedFile>{{host.name + "/box.conf", text}};
  }

  static std::string plain(const fleet::Value& value) {
    if (const auto* text = value.get<std::string>()) return *text;
    if (const auto* number = value.get<std::int64_t>()) return std::to_string(*number);
    std::string out;
    if (const auto* list = value.get<fleet::List>())
      for (const auto& item : *list) out += (out.empty() ? "" : ",") + plain(item);
    return out;
  }
};

}  // namespace

FLEET_PLUGIN(Appliance);

// Settings of colmena are options of the host, those of deploy-rs an output of the flake beside it.
#include "kernel/cli/other_tools.hpp"

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/lang/evaluator.hpp"
#include "kernel/render/views.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using lang::Tag;
using lang::Value;
using plugin::PluginValue;

PluginValue deploymentOf(Context& cx, const fleet::Host& host) {
  const auto composed = cx.compose(host);
  return render::everythingBelow(cx.workspace().fleet().evaluator(), *composed, {"deployment"});
}

void warn(Context& cx, const fleet::Host& host, const std::string& setting, std::string hint) {
  Diagnostic d = Diagnostic::from(
      {Code::FL0854, fmt::format("{} of {} is not followed", setting, host.name), std::move(hint), host.place});
  d.host = host.name;
  cx.diagnostics.add(std::move(d));
}

bool isFlag(const PluginValue& set, std::string_view name, bool flag) {
  const PluginValue* value = set.find(name);
  const bool* held = value ? value->get<bool>() : nullptr;
  return held && *held == flag;
}

const sdk::List* listAt(const PluginValue& set, std::string_view name) {
  const PluginValue* value = set.find(name);
  return value ? value->get<sdk::List>() : nullptr;
}

bool isUsualSudo(const sdk::List* list) {
  if (!list || list->empty()) return true;
  const auto* first = list->front().get<std::string>();
  return first && *first == "sudo";
}

void warnOfColmena(Context& cx, const fleet::Host& host, const PluginValue& set) {
  if (isFlag(set, "buildOnTarget", true))
    warn(cx, host, "deployment.buildOnTarget", "--build-host has another machine build");
  if (isFlag(set, "replaceUnknownProfiles", false))
    warn(cx, host, "deployment.replaceUnknownProfiles", "a system that comes from elsewhere is replaced");
  if (const auto* options = listAt(set, "sshOptions"); options && !options->empty())
    warn(cx, host, "deployment.sshOptions", "your ssh configuration and --ssh-config are used");
  if (!isUsualSudo(listAt(set, "privilegeEscalationCommand")))
    warn(cx, host, "deployment.privilegeEscalationCommand", "--sudo and --ask-sudo-password become root");
}

// A member of sets of the flake's outputs; null when it is not there or cannot be evaluated.
class Node {
 public:
  Node(lang::Evaluator& ev, Value outputs, const std::string& name) : ev_(ev) {
    all_ = in(outputs, "deploy");
    node_ = in(in(all_, "nodes"), name);
    profiles_ = in(node_, "profiles");
    system_ = in(profiles_, "system");
  }
  bool there() const { return node_.is(Tag::Attrs); }
  // As deploy-rs looks for it: in the profile, the node, and beside all nodes.
  Value setting(std::string_view name) {
    for (const Value set : {system_, node_, all_})
      if (const Value found = in(set, name); !found.is(Tag::Null)) return found;
    return Value::null();
  }
  std::vector<std::string> otherProfiles() {
    std::vector<std::string> out;
    if (!profiles_.is(Tag::Attrs)) return out;
    for (const lang::Attr& one : *profiles_.attrs)
      if (ev_.text(one.name) != "system") out.emplace_back(ev_.text(one.name));
    return out;
  }

 private:
  Value in(Value set, std::string_view name) {
    set = ev_.force(set);
    const lang::Attr* attr = set.is(Tag::Attrs) ? set.attrs->find(ev_.symbol(name)) : nullptr;
    return attr ? ev_.force(attr->value) : Value::null();
  }
  lang::Evaluator& ev_;
  Value all_ = Value::null(), node_ = Value::null(), profiles_ = Value::null(), system_ = Value::null();
};

void warnOfDeployRs(Context& cx, const fleet::Host& host) {
  Node node(cx.workspace().fleet().evaluator(), cx.workspace().fleet().outputs(), host.name);
  if (!node.there()) return;
  const auto is = [&](std::string_view name, bool flag) {
    const Value value = node.setting(name);
    return value.is(Tag::Bool) && value.boolean() == flag;
  };
  if (is("magicRollback", false))
    warn(cx, host, "magicRollback",
         "a system is always confirmed over a new connection; --confirm-timeout says how long it may take");
  if (is("autoRollback", false))
    warn(cx, host, "autoRollback", "a host whose activation fails returns to the system before");
  if (is("remoteBuild", true)) warn(cx, host, "remoteBuild", "--build-host has another machine build");
  if (is("interactiveSudo", true)) warn(cx, host, "interactiveSudo", "--ask-sudo-password asks for it");
  const Value options = node.setting("sshOpts");
  if (options.is(Tag::List) && options.list().size() > 0)
    warn(cx, host, "sshOpts", "your ssh configuration and --ssh-config are used");
  const auto others = node.otherProfiles();
  if (!others.empty())
    warn(cx, host, "deploy.nodes: profile " + base::join(others, ", "),
         "homes are deployed as homeConfigurations called user@machine; other profiles stay with deploy-rs");
}

}  // namespace

Result<std::vector<deploy::ColmenaKey>> colmenaKeysOf(Context& cx, const fleet::Host& host, Telling telling) {
  if (host.origin != "colmena") {
    if (telling == Telling::Yes && host.klass != "home") warnOfDeployRs(cx, host);
    return std::vector<deploy::ColmenaKey>();
  }
  const PluginValue set = deploymentOf(cx, host);
  if (telling == Telling::Yes) warnOfColmena(cx, host, set);
  const PluginValue* keys = set.find("keys");
  return deploy::readColmenaKeys(host.name, keys ? *keys : PluginValue());
}

}  // namespace fleetd::cli

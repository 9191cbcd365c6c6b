// Requests and answers of the plugin, decoded and encoded.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fleet/cxx/value.hpp>

#include "plugins/vars/graph/closure.hpp"
#include "plugins/vars/script/setup.hpp"

namespace fleetd::vars {

struct Request {
  std::string verb, fleet;
  Store store;
  Declarations declarations;
  Wanted wanted;
  std::string machine, id;       // list, get, set
  std::string user;              // keygen
  std::set<std::string> groups;  // that can read every secret
  // Of single machines: the groups that can read what is theirs.
  std::map<std::string, std::set<std::string>> machineGroups;
  StoreChoice choice;
  bool fromTerminal = false;  // set: ask instead of reading standard input
  int descriptor = -1;        // machine-key: where it is written to, in this process
  ScriptSetup scripts;        // generate
  // What plugins keep, sealed, in base64; by "machine/generator/file".
  std::map<std::string, std::string> kept;

  // Who is to read a file of a generator.
  Audience audienceOf(const GeneratorDecl& decl, const FileDecl& kind) const;
  // The groups that can read what these machines get.
  std::set<std::string> groupsOf(const std::set<std::string>& machines) const;
};

// Errors: VARS62 for what is no request, and those of the store and of declarations.
fleet::Result<Request> readRequest(const fleet::Value& value);

// One message for what several changes did, each with a message of its own.
std::string commitMessage(const std::vector<std::string>& messages);

class Answer {
 public:
  // Files to commit together; nothing happens when there are none.
  void commit(std::string message, const std::vector<std::string>& files);
  void problem(std::string message, std::string hint);
  void set(std::string name, fleet::Value value) { rest_.set(std::move(name), std::move(value)); }
  void add(std::string line) { lines_.push_back(std::move(line)); }
  fleet::Value value() const;

 private:
  fleet::List commits_, problems_, lines_;
  fleet::Attrs rest_;
};

}  // namespace fleetd::vars

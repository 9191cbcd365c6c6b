// Writing schemas: the tree of names breadth first, so that children stand together.
#include <algorithm>
#include <deque>
#include <map>
#include <unordered_map>

#include "kernel/fleet/schema.hpp"
#include "kernel/fleet/schema_layout.hpp"

namespace fleetd::fleet {

using namespace schema_layout;

namespace {

struct Branch {
  std::map<std::string, Branch> children;
  const SchemaEntry* entry = nullptr;
};

class Writer {
 public:
  std::string write(const SchemaContent& content) {
    Branch root;
    for (const SchemaEntry& entry : content.entries) {
      Branch* at = &root;
      for (const std::string& name : entry.path) at = &at->children[name];
      if (!entry.path.empty()) at->entry = &entry;
    }
    tree(root);
    for (const std::string& text : content.covered) reference(covered_, text);
    std::string source;
    reference(source, content.source);
    std::string out(kMagic);
    number(out, static_cast<std::uint32_t>(content.origin));
    number(out, nodeCount_);
    number(out, optionCount_);
    number(out, static_cast<std::uint32_t>(content.covered.size()));
    number(out, static_cast<std::uint32_t>(texts_.size()));
    out += content.key.view();
    return out + source + nodes_ + options_ + covered_ + texts_;
  }

  bool fits() const { return nodeCount_ <= kMaxNodes && texts_.size() <= kMaxTexts; }

 private:
  static void number(std::string& out, std::uint32_t value) {
    for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  }

  void reference(std::string& out, const std::string& text) {
    const auto [at, isNew] = known_.emplace(text, static_cast<std::uint32_t>(texts_.size()));
    if (isNew) texts_ += text;
    number(out, at->second);
    number(out, static_cast<std::uint32_t>(text.size()));
  }

  void tree(const Branch& root) {
    static const std::string kNoName;
    std::deque<std::pair<const std::string*, const Branch*>> queue{{&kNoName, &root}};
    nodeCount_ = 1;
    while (!queue.empty()) {
      const auto [name, branch] = queue.front();
      queue.pop_front();
      reference(nodes_, *name);
      number(nodes_, nodeCount_);
      number(nodes_, static_cast<std::uint32_t>(branch->children.size()));
      number(nodes_, branch->entry ? ++optionCount_ : 0);
      if (branch->entry) option(*branch->entry);
      for (const auto& [childName, child] : branch->children) queue.emplace_back(&childName, &child);
      nodeCount_ += static_cast<std::uint32_t>(branch->children.size());
    }
  }

  void option(const SchemaEntry& entry) {
    for (const std::string* text : {&entry.type, &entry.defaultText, &entry.description, &entry.renamedTo})
      reference(options_, *text);
    number(options_, entry.flags);
  }

  std::string nodes_, options_, covered_, texts_;
  std::unordered_map<std::string, std::uint32_t> known_;
  std::uint32_t nodeCount_ = 0, optionCount_ = 0;
};

}  // namespace

Result<std::string> writeSchema(SchemaContent content) {
  std::sort(content.covered.begin(), content.covered.end());
  content.covered.erase(std::unique(content.covered.begin(), content.covered.end()), content.covered.end());
  Writer writer;
  std::string out = writer.write(content);
  if (!writer.fits()) return Error{base::Code::FL0004, "a schema has more names or text than fleetd stores", "", {}};
  return out;
}

}  // namespace fleetd::fleet

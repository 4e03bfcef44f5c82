// write_corpus DIR: the corpora whose bytes nobody types (record, anchor, rpc_stream), from fixed
// seeds. Run again when a record or a method is added, and commit what is new.
#include <capnp/message.h>
#include <capnp/rpc.capnp.h>
#include <capnp/serialize.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "log/record_codec.h"
#include "net/admin.capnp.h"
#include "tests/fuzz/targets.h"
#include "tests/log/records.h"

namespace pegel::fuzz {
namespace {

using capnp::rpc::Message;
namespace wire = net::wire;

void Write(const std::filesystem::path& dir, const std::string& name, const std::string& bytes) {
  std::filesystem::create_directories(dir);
  std::ofstream(dir / name, std::ios::binary) << bytes;
}

// One record of every kind of command.
void WriteRecords(const std::filesystem::path& dir) {
  testing::Random random(1);
  std::set<CommandKind> seen;
  for (uint64_t lsn = 1; lsn < 2000; ++lsn) {
    Record record = testing::AnyRecord(random, Lsn{lsn});
    std::string bytes;
    log::EncodeRecord(record, Hash256{}, &bytes);
    if (bytes.size() > 1500 || !seen.insert(KindOf(record.command)).second) continue;
    Write(dir, std::string(ToText(KindOf(record.command))), bytes);
  }
  std::string group;
  for (uint64_t lsn = 1; lsn <= 3; ++lsn) {
    log::EncodeRecord(testing::PlainRecord(Lsn{lsn}), Hash256{}, &group);
  }
  Write(dir, "group_of_3", group);
}

// Files of which MutateAnchor made the slots right.
void WriteAnchors(const std::filesystem::path& dir) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    Write(dir, absl::StrCat("bent_", seed), MutateAnchor("", seed));
  }
  std::string slots(8192, '\0');
  for (size_t slot = 0; slot < 2; ++slot) {
    slots.replace(slot * 4096, 8, "PGLANCHR");
    slots[slot * 4096 + 11] = 1;                            // Format.
    slots[slot * 4096 + 23] = static_cast<char>(2 + slot);  // Sequence.
    slots[slot * 4096 + 31] = 7;                            // Lsn.
  }
  Write(dir, "two_slots", MutateAnchor(slots, 4));
}

template <typename Fill>
std::string Packet(Fill fill) {
  capnp::MallocMessageBuilder message;
  fill(message.initRoot<Message>());
  auto words = capnp::messageToFlatArray(message);
  return {words.asBytes().asChars().begin(), words.asBytes().size()};
}

// Asks for Pegel (question 0) and for Admin or Tablet (question 1) …
std::string Opening(uint16_t method) {
  std::string bytes = Packet([](Message::Builder m) { m.initBootstrap().setQuestionId(0); });
  return bytes + Packet([&](Message::Builder m) {
           auto call = m.initCall();
           call.setQuestionId(1);
           call.initTarget().initPromisedAnswer().setQuestionId(0);
           call.setInterfaceId(capnp::typeId<wire::Pegel>());
           call.setMethodId(method);
         });
}

// … then calls one method of it, and lets go.
template <typename Params, typename Fill>
std::string Calling(uint64_t interface_id, uint16_t method, Fill fill) {
  bool is_tablet = interface_id == capnp::typeId<wire::Tablet>();
  return Opening(is_tablet ? 1 : 0) + Packet([&](Message::Builder m) {
           auto call = m.initCall();
           call.setQuestionId(2);
           auto answer = call.initTarget().initPromisedAnswer();
           answer.setQuestionId(1);
           answer.initTransform(1)[0].setGetPointerField(0);
           call.setInterfaceId(interface_id);
           call.setMethodId(method);
           fill(call.initParams().getContent().template initAs<Params>());
         }) +
         Packet([](Message::Builder m) { m.initFinish().setQuestionId(2); });
}

void WriteStreams(const std::filesystem::path& dir) {
  const uint64_t admin = capnp::typeId<wire::Admin>(), tablet = capnp::typeId<wire::Tablet>();
  using Admin = wire::Admin;
  Write(dir, "call", Calling<Admin::CallParams>(admin, 0, [](auto p) {
          p.setStatement("CALL sys.add_acl('d.t', 'ALLOW', 'User:a', 'READ')");
          p.initRequestId().setLow(7);
        }));
  Write(dir, "add_acl", Calling<Admin::AddAclParams>(admin, 1, [](auto p) {
          auto entry = p.initEntry();
          entry.setResource("cluster.d");
          entry.setPrincipal("User:a");
          entry.setOperation(wire::Operation::READ);
          entry.setPermission(wire::Permission::DENY);
        }));
  Write(dir, "drop_acl", Calling<Admin::DropAclParams>(admin, 2, [](auto p) {
          p.initFilter().setHost("10.0.0.0/8");
        }));
  Write(dir, "list_acl", Calling<Admin::ListAclParams>(admin, 3, [](auto p) { p.initFilter(); }));
  Write(dir, "status", Calling<Admin::StatusParams>(admin, 4, [](auto) {}));
  Write(dir, "alter_configs", Calling<Admin::AlterConfigsParams>(admin, 5, [](auto p) {
          auto changes = p.initChanges(2);
          changes[0].setKey("kv.snapshot.interval");
          changes[0].getValue().setText("5 min");
          changes[1].setOp(wire::ConfigChange::Op::RESET);
          changes[1].setKey("datalake.format");
        }));
  Write(dir, "get_configs", Calling<Admin::GetConfigsParams>(admin, 6, [](auto p) {
          p.initKeys(1).set(0, "kv.snapshot.interval");
        }));
  Write(dir, "watch", Calling<Admin::WatchParams>(admin, 7, [](auto p) {
          p.setName("w");
          p.initFilter().initKeyPrefixes(1).set(0, "kv.");
        }));
  Write(dir, "rollout",
        Calling<Admin::RolloutParams>(admin, 8, [](auto p) { p.setKey("kv.snapshot.interval"); }));
  Write(dir, "unregister",
        Calling<Admin::UnregisterServerParams>(admin, 11, [](auto p) { p.setId(3); }));
  Write(dir, "register", Calling<wire::Tablet::RegisterServerParams>(tablet, 0, [](auto p) {
          p.setId(3);
          p.setRack("a");
          p.setAddress("h:1");
        }));
  Write(dir, "resume", Calling<wire::Tablet::ResumeParams>(tablet, 1, [](auto p) {
          p.setId(3);
          p.setEpoch(2);
        }));
}

}  // namespace
}  // namespace pegel::fuzz

int main(int argc, char** argv) {
  PEGEL_CHECK(argc == 2, "write_corpus DIR");
  const std::filesystem::path dir = argv[1];
  pegel::fuzz::WriteRecords(dir / "record");
  pegel::fuzz::WriteAnchors(dir / "anchor");
  pegel::fuzz::WriteStreams(dir / "rpc_stream");
}

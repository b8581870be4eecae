//! `siteledger user`: people, their roles and their devices.

use std::io::Read as _;
use std::process::ExitCode;

use clap::{ArgMatches, Args, FromArgMatches, Subcommand};
use sync_protocol::id::DeviceId;
use sync_protocol::kinds::Role;

use super::{Common, Opened, close_in_force, open, qr, tell_empty};
use crate::access::accounts::{self, NewPerson};
use crate::access::role::Scope;
use crate::clock::Moment;
use crate::error::{Error, Kind, Result};
use crate::store::devices::{self, DeviceRow};
use crate::store::grants::GrantRow;
use crate::store::people::Person;

/// 用户 People, their roles and their devices
#[derive(Debug, Subcommand)]
#[command(after_help = "例 Examples:
  siteledger user add zhangsan --role inspector --at county:350823
  siteledger user list")]
pub(super) enum User {
    /// 添加用户 Add a person
    #[command(after_help = "例 Examples:
  siteledger user add zhangsan --display-name 张三 --role inspector --at county:350823
  printf %s \"$password\" | siteledger user add lisi --password-stdin")]
    Add {
        /// 用户名 The name to sign in with
        name: String,
        #[command(flatten)]
        roles: Roles,
        /// 显示名 The name that others see
        #[arg(long, value_name = "TEXT")]
        display_name: Option<String>,
        /// 从标准输入读取密码；不给则只能用手机 Read a password from stdin; without one they work by phone alone
        #[arg(long)]
        password_stdin: bool,
        /// 机器可读 Print JSON
        #[arg(long)]
        json: bool,
    },
    /// 列出用户 List everybody
    #[command(after_help = "例 Examples:
  siteledger user list
  siteledger user list --json")]
    List {
        /// 机器可读 One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// 停用用户 Close an account: phones are let in no more, sessions end
    #[command(after_help = "例 Examples:
  siteledger user disable zhangsan")]
    Disable {
        /// 用户名 The name
        name: String,
    },
    /// 恢复用户 Open a closed account again
    #[command(after_help = "例 Examples:
  siteledger user enable zhangsan")]
    Enable {
        /// 用户名 The name
        name: String,
    },
    /// 授予角色 Give a role
    #[command(after_help = "例 Examples:
  siteledger user grant zhangsan --role auditor --at county:350823")]
    Grant {
        /// 用户名 The name
        name: String,
        #[command(flatten)]
        roles: Roles,
    },
    /// 终止角色 End a role; what was written in its time still counts
    #[command(after_help = "例 Examples:
  siteledger user revoke-role zhangsan --role auditor --at county:350823")]
    RevokeRole {
        /// 用户名 The name
        name: String,
        #[command(flatten)]
        roles: Roles,
    },
    /// 设置密码 Set a password; sessions end
    #[command(after_help = "例 Examples:
  printf %s \"$password\" | siteledger user password zhangsan --password-stdin")]
    Password {
        /// 用户名 The name
        name: String,
        /// 从标准输入读取密码 Read it from stdin
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// 启用动态验证码 Ask for one-time codes at sign-in from now on, and show what an app scans
    #[command(after_help = "例 Examples:
  siteledger user totp zhangsan
  siteledger user totp zhangsan --off")]
    Totp {
        /// 用户名 The name
        name: String,
        /// 不再要求 Ask for none any more
        #[arg(long)]
        off: bool,
    },
    /// 列出设备 List somebody's phones and browsers
    #[command(after_help = "例 Examples:
  siteledger user devices zhangsan")]
    Devices {
        /// 用户名 The name
        name: String,
        /// 机器可读 One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// 停用设备 Let a device in no more
    #[command(after_help = "例 Examples:
  siteledger user revoke-device 0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11")]
    RevokeDevice {
        /// 设备编号 The device's id
        device: DeviceId,
    },
}

impl User {
    pub(super) async fn run(self, common: &Common) -> Result<ExitCode> {
        let opened = open(common).await?;
        let Opened { store, clock, .. } = &opened;
        match self {
            Self::Add { name, roles, display_name, password_stdin, json } => {
                let display_name = display_name.unwrap_or_default();
                add(&opened, name, display_name, roles.0, password_stdin, json).await?;
            }
            Self::List { json } => list(&opened, json).await?,
            Self::Disable { name } => {
                let person = accounts::named(store, &name).await?;
                accounts::disable(store, clock, person.id).await?;
                println!("已停用 disabled: {}", person.username);
            }
            Self::Enable { name } => {
                let person = accounts::named(store, &name).await?;
                accounts::enable(store, person.id).await?;
                println!("已恢复 enabled: {}", person.username);
            }
            Self::Grant { name, roles } => {
                let person = accounts::named(store, &name).await?;
                warn_of_unknown(&opened, &roles.0).await?;
                for (role, scope) in roles.some()? {
                    accounts::grant(store, clock, person.id, role, scope.clone()).await?;
                    println!("已授予 granted: {} {} @ {scope}", person.username, role.as_str());
                }
            }
            Self::RevokeRole { name, roles } => {
                let person = accounts::named(store, &name).await?;
                for (role, scope) in roles.some()? {
                    accounts::end_role(store, clock, person.id, role, scope.clone()).await?;
                    println!("已终止 ended: {} {} @ {scope}", person.username, role.as_str());
                }
            }
            Self::Password { name, .. } => {
                let person = accounts::named(store, &name).await?;
                accounts::set_password(store, &person, password_from_stdin()?, None).await?;
                println!("已设置密码 the password was set: {}", person.username);
            }
            Self::Totp { name, off } => totp(&opened, &name, off).await?,
            Self::Devices { name, json } => list_devices(&opened, &name, json).await?,
            Self::RevokeDevice { device } => {
                accounts::revoke_device(store, clock, device).await?;
                println!("已停用设备 revoked: {device}");
            }
        }
        close_in_force(common, opened).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Roles, each with its scope: `--role ROLE --at SCOPE`, as often as needed.
#[derive(Clone, Debug, Default)]
pub(super) struct Roles(Vec<(Role, Scope)>);

/// How the pairs stand on the command line.
#[derive(Debug, Args)]
struct RoleArguments {
    /// 角色 A role, each followed by its `--at`
    #[arg(long, value_name = "ROLE", value_parser = parse_role)]
    role: Vec<Role>,
    /// 范围 Where: city:350400, county:350823, township:350823101, or zone:, school:, project: and a record id
    #[arg(long, value_name = "SCOPE", requires = "role")]
    at: Vec<Scope>,
}

impl Args for Roles {
    fn augment_args(command: clap::Command) -> clap::Command {
        RoleArguments::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        RoleArguments::augment_args_for_update(command)
    }
}

impl FromArgMatches for Roles {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let positions = |id: &str| matches.indices_of(id).into_iter().flatten().collect::<Vec<_>>();
        let (roles, scopes) = (positions("role"), positions("at"));
        let pairs = roles.len() == scopes.len();
        // Each role stands before its scope, and the next role after it.
        let in_order = roles.iter().zip(&scopes).all(|(role, scope)| role < scope)
            && scopes.iter().zip(roles.iter().skip(1)).all(|(scope, next)| scope < next);
        if !(pairs && in_order) {
            return Err(clap::Error::raw(
                clap::error::ErrorKind::WrongNumberOfValues,
                "每个 --role 后面要跟它的 --at\neach --role is followed by its --at\n",
            ));
        }
        let RoleArguments { role, at } = RoleArguments::from_arg_matches(matches)?;
        Ok(Self(role.into_iter().zip(at).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Roles {
    /// The pairs, of which there must be one.
    fn some(self) -> Result<Vec<(Role, Scope)>> {
        if self.0.is_empty() {
            return Err(Error::new(
                Kind::Unprocessable,
                "no_role",
                "请用 --role 和 --at 指定角色；没有改动",
                "name a role with --role and --at; nothing was changed",
            ));
        }
        Ok(self.0)
    }
}

fn parse_role(name: &str) -> Result<Role, String> {
    Role::named(name).ok_or_else(|| {
        let known: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("没有这个角色 no such role; 可用 known: {}", known.join(", "))
    })
}

async fn add(
    opened: &Opened,
    username: String,
    display_name: String,
    roles: Vec<(Role, Scope)>,
    password_stdin: bool,
    json: bool,
) -> Result<()> {
    let password = if password_stdin { Some(password_from_stdin()?) } else { None };
    let shown = accounts::normal(&username);
    let has_password = password.is_some();
    let new = NewPerson { username, display_name, password, roles: roles.clone() };
    let id = accounts::add(&opened.store, &opened.clock, new).await?;
    warn_of_unknown(opened, &roles).await?;
    if json {
        println!("{}", serde_json::json!({ "user": id, "username": shown }));
        return Ok(());
    }
    println!("已添加 added: {shown} ({id})");
    if !has_password {
        println!("没有密码，只能用手机 no password, by phone alone: siteledger enrol {shown}");
    }
    Ok(())
}

async fn warn_of_unknown(opened: &Opened, roles: &[(Role, Scope)]) -> Result<()> {
    for scope in accounts::unknown_scopes(&opened.store, roles.iter().map(|(_, scope)| scope)).await? {
        let (zh, en) = unknown(scope);
        eprintln!("注意：{zh}\nnote: {en}");
    }
    Ok(())
}

/// What it means that nothing stands behind a scope, and what to do.
fn unknown(scope: &Scope) -> (String, String) {
    let county = match scope {
        Scope::County(code) => code,
        Scope::Township(code) => code.get(..6).unwrap_or(code),
        Scope::City(code) => {
            return (
                format!(
                    "本服务器没有 {code} 市的县；请核对，或用 siteledger county add（set）的 --city 写明"
                ),
                format!(
                    "no county here is in city {code}; check it, or name the city: siteledger county add (or set) … --city {code}"
                ),
            );
        }
        Scope::Zone(_) | Scope::School(_) | Scope::Project(_) => {
            return (
                format!("还没有 {scope}，请核对；手机上新建的记录到达后即生效"),
                format!(
                    "there is no {scope} yet; check it; it comes into force when a phone's record arrives"
                ),
            );
        }
    };
    (
        format!(
            "本服务器没有 {county} 的台账，{scope} 看不到也写不了任何内容；请核对，或开通：siteledger county add {county} 县名"
        ),
        format!(
            "there is no ledger of {county} here, so nothing is read or written at {scope}; check it, or open it: siteledger county add {county} NAME"
        ),
    )
}

async fn list(opened: &Opened, json: bool) -> Result<()> {
    let now = opened.clock.now();
    let all = accounts::all(&opened.store).await?;
    if all.is_empty() && !json {
        tell_empty(
            "还没有用户；请用 siteledger user add NAME --role ROLE --at SCOPE 添加",
            "there is nobody yet; add somebody with siteledger user add NAME --role ROLE --at SCOPE",
        );
    }
    for (person, grants) in all {
        let held = grants.iter().filter(|grant| accounts::is_held(grant, now));
        if json {
            println!("{}", person_json(&person, held));
        } else {
            print_person(&person, held);
        }
    }
    Ok(())
}

fn person_json<'g>(person: &Person, held: impl Iterator<Item = &'g GrantRow>) -> serde_json::Value {
    let roles: Vec<_> = held
        .map(|grant| {
            serde_json::json!({
                "role": grant.role, "scope": grant.scope, "since": grant.since.rfc3339(),
            })
        })
        .collect();
    serde_json::json!({
        "user": person.id,
        "username": person.username,
        "display_name": person.display_name,
        "disabled": person.disabled_at.is_some(),
        "password": person.password_hash.is_some(),
        "totp": person.totp_secret.is_some(),
        "home_county": person.home_county,
        "roles": roles,
    })
}

fn print_person<'g>(person: &Person, held: impl Iterator<Item = &'g GrantRow>) {
    let disabled = if person.disabled_at.is_some() { "  [已停用 disabled]" } else { "" };
    println!("{}  {}{disabled}", person.username, person.display_name);
    for grant in held {
        let zh = Role::named(&grant.role).map_or("", Role::zh);
        println!("    {} {zh} @ {}", grant.role, grant.scope);
    }
}

async fn totp(opened: &Opened, name: &str, off: bool) -> Result<()> {
    let person = accounts::named(&opened.store, name).await?;
    if off {
        accounts::stop_totp(&opened.store, person.id).await?;
        println!("不再要求动态验证码 no one-time codes any more: {}", person.username);
        return Ok(());
    }
    let url = accounts::ask_for_totp(&opened.store, &person).await?;
    println!("请用身份验证器应用扫描（只显示这一次） scan with an authenticator app, shown this once:");
    println!("{}\n{url}", qr::drawn(&url)?);
    Ok(())
}

async fn list_devices(opened: &Opened, name: &str, json: bool) -> Result<()> {
    let person = accounts::named(&opened.store, name).await?;
    let devices = devices::of(&mut *opened.store.read().await?, person.id).await?;
    if json {
        for device in &devices {
            println!("{}", device_json(device));
        }
        return Ok(());
    }
    if devices.is_empty() {
        let name = person.username;
        tell_empty(
            &format!("{name} 还没有设备；请用 siteledger enrol {name} 登记手机"),
            &format!("{name} has no device yet; enrol a phone with siteledger enrol {name}"),
        );
    }
    for device in &devices {
        print_device(device);
    }
    Ok(())
}

fn device_json(device: &DeviceRow) -> serde_json::Value {
    serde_json::json!({
        "device": device.id,
        "name": device.name,
        "via": if device.has_token { "device" } else { "session" },
        "created_at": device.created_at.rfc3339(),
        "last_seen_at": device.last_seen_at.map(Moment::rfc3339),
        "clock_offset_ms": device.clock_offset_ms,
        "storage_alarms": device.storage_alarms,
        "revoked_at": device.revoked_at.map(Moment::rfc3339),
    })
}

fn print_device(device: &DeviceRow) {
    let noun = if device.has_token { "手机 phone" } else { "浏览器 browser" };
    // A running server writes it down twice a minute.
    let seen =
        device.last_seen_at.map_or_else(|| "半分钟内或从未 just now or never".to_owned(), Moment::rfc3339);
    let revoked = if device.revoked_at.is_some() { "  [已停用 revoked]" } else { "" };
    println!("{}  {noun}  {}  最近 last seen {seen}{revoked}", device.id, device.name);
    if device.storage_alarms > 0 {
        println!(
            "    存储像被复制或回退过 its storage seemed copied or rolled back: {} 次 times",
            device.storage_alarms
        );
        println!(
            "    常见原因是换机克隆或恢复了旧备份；内容没有丢失。请问本人：若两部手机都在用，停用其中一部并重新登记；"
        );
        println!("    若无人复制过，令牌可能外泄：siteledger user revoke-device {}", device.id);
        println!(
            "    a cloned phone or an old backup put back; nothing is lost. Ask its owner: enrol one of two phones anew; if nobody copied it, revoke it"
        );
    }
}

/// All of stdin, without the line's end.
fn password_from_stdin() -> Result<String> {
    let mut password = String::new();
    std::io::stdin().read_to_string(&mut password).map_err(|error| {
        Error::new(
            Kind::BadRequest,
            "stdin",
            "无法从标准输入读取密码；没有改动",
            "could not read a password from stdin; nothing was changed",
        )
        .because(error)
    })?;
    let trimmed = password.strip_suffix('\n').unwrap_or(&password);
    Ok(trimmed.strip_suffix('\r').unwrap_or(trimmed).to_owned())
}

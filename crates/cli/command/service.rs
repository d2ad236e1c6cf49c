//! `knownet service`: a run that the service manager of Windows starts and stops.
//!
//! There is no terminal: messages go to a file beside the configuration, as JSON, and
//! `services.msc` shows the rest.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use knownet_flow::Stop;
use windows_service::service::{
    ServiceAccess, ServiceControl, ServiceControlAccept, ServiceErrorControl, ServiceExitCode,
    ServiceInfo, ServiceStartType, ServiceState, ServiceStatus, ServiceType,
};
use windows_service::service_control_handler::{self, ServiceControlHandlerResult};
use windows_service::service_manager::{ServiceManager, ServiceManagerAccess};
use windows_service::{define_windows_service, service_dispatcher};

use crate::command::run;
use crate::log::Output;
use crate::option::{self, Log, Service};

const NAME: &str = "knownet";

/// Where messages go, beside the configuration.
const MESSAGES: &str = "knownet-service.log";

/// How long the manager waits for the end; what is unconfirmed then is sent or read again.
const PATIENCE: Duration = Duration::from_secs(90);

/// The configuration of the run that this process is.
static CONFIG: OnceLock<PathBuf> = OnceLock::new();

pub fn service(wish: &Service) -> anyhow::Result<ExitCode> {
    match wish {
        Service::Run(run) => {
            // The process has one configuration.
            let _ = CONFIG.set(run.config.clone());
            service_dispatcher::start(NAME, entry).context(
                "only the service manager starts this; install it with knownet service install",
            )?;
        }
        Service::Install(run) => install(&run.config)?,
        Service::Uninstall => uninstall()?,
    }
    Ok(ExitCode::SUCCESS)
}

fn install(config: &Path) -> anyhow::Result<()> {
    // The service starts in a folder of the system.
    let config = std::path::absolute(config).context("the configuration's path")?;
    let access = ServiceManagerAccess::CONNECT | ServiceManagerAccess::CREATE_SERVICE;
    let manager = manager(access)?;
    let info = ServiceInfo {
        name: OsString::from(NAME),
        display_name: OsString::from(NAME),
        service_type: ServiceType::OWN_PROCESS,
        start_type: ServiceStartType::AutoStart,
        error_control: ServiceErrorControl::Normal,
        executable_path: std::env::current_exe().context("the program's path")?,
        launch_arguments: ["service".into(), "run".into(), config.into_os_string()].into(),
        dependencies: Vec::new(),
        // As little as a service can have, and the network.
        account_name: Some(OsString::from(r"NT AUTHORITY\NetworkService")),
        account_password: None,
    };
    let service = manager
        .create_service(&info, ServiceAccess::CHANGE_CONFIG)
        .context("the service cannot be created")?;
    service.set_description("Says whose network each log event talked to")?;
    Ok(())
}

fn uninstall() -> anyhow::Result<()> {
    let access = ServiceAccess::QUERY_STATUS | ServiceAccess::STOP | ServiceAccess::DELETE;
    let service = manager(ServiceManagerAccess::CONNECT)?
        .open_service(NAME, access)
        .context("there is no such service")?;
    service.delete().context("the service cannot be deleted")?;
    if service.query_status()?.current_state != ServiceState::Stopped {
        service.stop().context("the service cannot be stopped")?;
    }
    Ok(())
}

fn manager(access: ServiceManagerAccess) -> anyhow::Result<ServiceManager> {
    ServiceManager::local_computer(None::<&str>, access)
        .context("the service manager cannot be reached; run this as administrator")
}

define_windows_service!(entry, main);

/// What the manager calls, on a thread of its own.
fn main(_: Vec<OsString>) {
    // Without a manager to tell there is nobody to tell it to.
    let _ = work();
}

fn work() -> windows_service::Result<()> {
    let stop = Arc::new(Stop::new().map_err(windows_service::Error::Winapi)?);
    let asked = stop.clone();
    let handler = move |control| match control {
        ServiceControl::Stop | ServiceControl::Shutdown => {
            asked.set();
            ServiceControlHandlerResult::NoError
        }
        ServiceControl::Interrogate => ServiceControlHandlerResult::NoError,
        _ => ServiceControlHandlerResult::NotImplemented,
    };
    let manager = service_control_handler::register(NAME, handler)?;
    let controls = ServiceControlAccept::STOP | ServiceControlAccept::SHUTDOWN;
    manager.set_service_status(status(ServiceState::Running, controls, 0))?;
    let told = manager;
    stop.on_set(move || {
        let none = ServiceControlAccept::empty();
        // It goes on stopping, whether that is known or not.
        let _ = told.set_service_status(status(ServiceState::StopPending, none, 0));
    });
    let code = u32::from(run_here(stop).unwrap_or(ExitCode::FAILURE) != ExitCode::SUCCESS);
    let none = ServiceControlAccept::empty();
    manager.set_service_status(status(ServiceState::Stopped, none, code))
}

fn run_here(stop: Arc<Stop>) -> anyhow::Result<ExitCode> {
    let config = CONFIG.get().context("no configuration")?.clone();
    let folder = config.parent().unwrap_or(Path::new(""));
    let messages = OpenOptions::new()
        .append(true)
        .create(true)
        .open(folder.join(MESSAGES))
        .context("no file for messages")?;
    let options = option::Run {
        config,
        log: Log::Json,
    };
    run::start(&options, Output::File(messages), stop, channel())
}

fn status(state: ServiceState, controls: ServiceControlAccept, code: u32) -> ServiceStatus {
    ServiceStatus {
        service_type: ServiceType::OWN_PROCESS,
        current_state: state,
        controls_accepted: controls,
        exit_code: match code {
            0 => ServiceExitCode::NO_ERROR,
            code => ServiceExitCode::ServiceSpecific(code),
        },
        checkpoint: 0,
        wait_hint: match state {
            ServiceState::StopPending => PATIENCE,
            _ => Duration::ZERO,
        },
        process_id: None,
    }
}

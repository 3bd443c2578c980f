//! A headless browser, controlled by WebDriver (W3C).

use std::env;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Long enough for a busy machine.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The web element identifier of the specification (§12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

pub struct Browser {
    http: reqwest::Client,
    port: u16,
    session: String,
    driver: Child,
    /// Kept open while the driver may write to it.
    _output: BufReader<ChildStdout>,
    _profile: TempDir,
}

impl Browser {
    /// Opens a page in a browser. Returns `None` if no browser is installed and none is required.
    pub async fn open(url: &str) -> Option<Self> {
        let Some(driver) = driver() else {
            let required = env::var("AUTHLETE_EMULATOR_BROWSER_TESTS");
            let required = required.is_ok_and(|tests| tests == "required");
            let help = "no chromedriver in PATH or CHROMEDRIVER: on Debian, apt-get install chromium chromium-driver";
            assert!(!required, "{help}");
            // Not with `eprintln!`, whose output the test harness captures.
            let _ = writeln!(io::stderr(), "SKIPPED: {help}");
            return None;
        };
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut output = BufReader::new(driver.stdout.take().expect("its output"));
        let port = output
            .by_ref()
            .lines()
            .find_map(|line| {
                let line = line.expect("a line");
                let (_, port) = line.split_once("started successfully on port ")?;
                port.trim_end_matches('.').parse().ok()
            })
            .expect("chromedriver says its port");
        let profile = TempDir::new().expect("a directory");
        let mut browser = Self {
            http: reqwest::Client::new(),
            port,
            session: String::new(),
            driver,
            _output: output,
            _profile: profile,
        };
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1600,1200",
        ];
        let mut arguments: Vec<_> = arguments.map(str::to_owned).to_vec();
        arguments.push(format!(
            "--user-data-dir={}",
            browser._profile.path().display()
        ));
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
            // An element may appear later than the text that a test waited for.
            "timeouts": { "implicit": TIMEOUT.as_millis() as u64 },
        });
        let wanted = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let session = browser.post("/session", &wanted).await;
        browser.session = session["sessionId"].as_str().expect("a session").to_owned();
        browser.command("url", &json!({ "url": url })).await;
        Some(browser)
    }

    /// Runs the body of a JavaScript function.
    pub async fn run(&self, script: &str) -> Value {
        self.command("execute/sync", &json!({ "script": script, "args": [] }))
            .await
    }

    /// The text that a user sees.
    pub async fn text(&self) -> String {
        let text = self.run("return document.body.innerText").await;
        text.as_str().expect("text").to_owned()
    }

    /// The HTML of the page, with visible and hidden text.
    pub async fn content(&self) -> String {
        let text = self.run("return document.documentElement.outerHTML").await;
        text.as_str().expect("text").to_owned()
    }

    pub async fn click(&self, selector: &str) {
        let element = self.element(selector).await;
        self.command(&format!("element/{element}/click"), &json!({}))
            .await;
    }

    /// Replaces the text of a field.
    pub async fn fill(&self, selector: &str, text: &str) {
        let element = self.element(selector).await;
        self.command(&format!("element/{element}/clear"), &json!({}))
            .await;
        self.command(
            &format!("element/{element}/value"),
            &json!({ "text": text }),
        )
        .await;
    }

    /// Waits until the user sees a text.
    pub async fn wait_for(&self, text: &str) {
        let deadline = Instant::now() + TIMEOUT;
        let path = format!("/session/{}/execute/sync", self.session);
        let script = json!({ "script": "return document.body.innerText", "args": [] });
        loop {
            // Between two pages there is no body, and a navigation aborts the script.
            let seen = self.try_post(&path, &script).await;
            if let Ok(Value::String(seen)) = &seen
                && seen.contains(text)
            {
                return;
            }
            assert!(Instant::now() < deadline, "no {text:?} in:\n{seen:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Asserts that the console is empty, and that all requests were to this origin.
    pub async fn assert_clean(&self, origin: &str) {
        let log = self.command("se/log", &json!({ "type": "browser" })).await;
        assert_eq!(log, json!([]), "the console");
        let urls = self
            .run("return performance.getEntries().filter((e) => 'transferSize' in e).map((e) => e.name)")
            .await;
        let urls = urls.as_array().expect("a list");
        assert!(urls.len() > 3, "{urls:?}");
        for url in urls {
            let url = url.as_str().expect("a URL");
            assert!(url.starts_with(&format!("{origin}/")), "{url}");
        }
    }

    async fn element(&self, selector: &str) -> String {
        let wanted = json!({ "using": "css selector", "value": selector });
        let found = self.command("element", &wanted).await;
        found[ELEMENT].as_str().expect("an element").to_owned()
    }

    async fn command(&self, command: &str, body: &Value) -> Value {
        self.post(&format!("/session/{}/{command}", self.session), body)
            .await
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let value = self.try_post(path, body).await;
        value.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// An error is the one that the driver returns.
    async fn try_post(&self, path: &str, body: &Value) -> Result<Value, Value> {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let answer = self
            .http
            .post(url)
            .json(body)
            .send()
            .await
            .expect("an answer");
        let status = answer.status();
        let mut answer: Value = answer.json().await.expect("JSON");
        let value = answer["value"].take();
        if status.is_success() {
            Ok(value)
        } else {
            Err(value)
        }
    }
}

/// Ends the session, and with it the browser, also when the test fails.
impl Drop for Browser {
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let session = &self.session;
            let _ = write!(
                stream,
                "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.set_read_timeout(Some(TIMEOUT));
            let _ = stream.read(&mut [0; 64]);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn driver() -> Option<PathBuf> {
    let given = env::var_os("CHROMEDRIVER").map(PathBuf::from);
    given.or_else(|| {
        let directories = env::var_os("PATH")?;
        env::split_paths(&directories)
            .map(|directory| directory.join("chromedriver"))
            .find(|driver| driver.is_file())
    })
}

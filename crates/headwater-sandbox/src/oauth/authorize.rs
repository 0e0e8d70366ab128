//! `/authorize`: an app sends a user here, and the user comes back with a code or a refusal.

use axum::extract::{RawForm, RawQuery, State as Extract};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use url::Url;

use super::FORM_MILLISECONDS;
use super::consent::{self, Decision};
use super::pages::{self, Choices};
use crate::control::Event;
use crate::options::{self, Client};
use crate::random;
use crate::request::{Query, Refusal};
use crate::rules::ConsentOutcome;
use crate::state::State;
use crate::storage::consents::{self, Consent};
use crate::storage::{clients, sites, users};

/// Shows the consent form, or answers it at once when nobody is to be asked.
pub(super) async fn show(
    Extract(state): Extract<State>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let query = Query::parse(query.as_deref().unwrap_or_default());
    let (client, redirect_uri) = match check_client(&state, &query).await? {
        Ok(known) => known,
        Err(problem) => return Ok(problem),
    };
    let consent = match read(&state, &query, &client, &redirect_uri) {
        Ok(consent) => consent,
        Err(error) => return Ok(redirect_error(&redirect_uri, error, query.first("state"))),
    };
    if state.settings.consent == options::Consent::Auto {
        let decision = automatic(&state).await?;
        return decide(&state, &consent, decision).await;
    }
    let mut tx = state.storage.begin().await?;
    consents::insert(&mut tx, &consent).await?;
    tx.commit().await?;
    show_form(&state, &consent, &client.name, None).await
}

/// Accepts the answer to a consent form. A form can be answered once.
pub(super) async fn answer(
    Extract(state): Extract<State>,
    RawForm(form): RawForm,
) -> Result<Response, Refusal> {
    let form = Query::parse(&String::from_utf8_lossy(&form));
    let consent_id = form.first("consent_id").unwrap_or_default();
    let mut tx = state.storage.begin().await?;
    let Some(consent) = consents::take(&mut tx, consent_id, state.clock.now_ms()).await? else {
        return Ok(pages::problem(
            &state,
            "This form was answered already or is too old",
            "Go back to the app and connect again.",
        ));
    };
    if form.first("decision") != Some("allow") {
        tx.commit().await?;
        return Ok(after_form(&state, decide(&state, &consent, None).await?));
    }
    let known = sites::all(&mut tx).await?;
    let wanted = form.list("site");
    let cloud_ids: Vec<String> =
        known.into_iter().map(|site| site.cloud_id).filter(|id| wanted.contains(&id.as_str())).collect();
    let user = users::find(&mut tx, form.first("account_id").unwrap_or_default()).await?;
    let (Some(user), false) = (user, cloud_ids.is_empty()) else {
        // Without a commit the form stays answerable.
        drop(tx);
        return ask_again(&state, &consent).await;
    };
    tx.commit().await?;
    let decision = Decision { account_id: user.account_id, cloud_ids };
    Ok(after_form(&state, decide(&state, &consent, Some(decision)).await?))
}

/// A redirect as the answer to a form.
fn after_form(state: &State, response: Response) -> Response {
    let location = response.headers().get(LOCATION).and_then(|it| it.to_str().ok()).map(str::to_owned);
    location.map_or(response, |to| pages::onward(state, &to))
}

async fn ask_again(state: &State, consent: &Consent) -> Result<Response, Refusal> {
    let mut tx = state.storage.begin().await?;
    let client = clients::find(&mut tx, &consent.client_id).await?;
    drop(tx);
    let name = client.map_or_else(|| consent.client_id.clone(), |client| client.name);
    show_form(state, consent, &name, Some("Choose at least one site, and who you are.")).await
}

async fn show_form(
    state: &State,
    consent: &Consent,
    app: &str,
    problem: Option<&str>,
) -> Result<Response, Refusal> {
    let mut tx = state.storage.begin().await?;
    let (users, sites) = (users::all(&mut tx).await?, sites::all(&mut tx).await?);
    Ok(pages::form(state, consent, &Choices { app, users: &users, sites: &sites, problem }))
}

/// Returns the app and its redirect address. When either is not registered, the user is not redirected.
async fn check_client(state: &State, query: &Query) -> Result<Result<(Client, Url), Response>, Refusal> {
    let mut tx = state.storage.begin().await?;
    let client_id = query.first("client_id").unwrap_or_default();
    let Some(client) = clients::find(&mut tx, client_id).await? else {
        let text = format!("No app is registered with the client id \"{client_id}\".");
        return Ok(Err(pages::problem(state, "Unknown app", &text)));
    };
    let given = query.first("redirect_uri").unwrap_or_default();
    let parsed = Url::parse(given).ok().filter(|_| client.redirect_uris.iter().any(|known| known == given));
    let Some(redirect_uri) = parsed else {
        let text = format!("Callback URL mismatch. {given} is not in the list of allowed callback URLs.");
        return Ok(Err(pages::problem(state, "Unauthorized client", &text)));
    };
    if query.first("audience") != Some("api.atlassian.com") {
        let text = "The audience of the request must be api.atlassian.com.";
        return Ok(Err(pages::problem(state, "Unknown audience", text)));
    }
    Ok(Ok((client, redirect_uri)))
}

/// Reads what a request asks for. Fails with the error code for the app when it cannot be granted.
fn read(state: &State, query: &Query, client: &Client, redirect_uri: &Url) -> Result<Consent, &'static str> {
    if query.first("response_type") != Some("code") {
        return Err("unsupported_response_type");
    }
    let scope = query.first("scope").unwrap_or_default();
    let is_allowed =
        |scope: &str| client.scopes.is_empty() || client.scopes.iter().any(|allowed| allowed == scope);
    if scope.trim().is_empty() || !scope.split_whitespace().all(is_allowed) {
        return Err("invalid_scope");
    }
    let code_challenge = query.first("code_challenge").map(str::to_owned);
    if code_challenge.is_some() && query.first("code_challenge_method") != Some("S256") {
        return Err("invalid_request");
    }
    // The address is kept as it was written: the exchange of the code must repeat it exactly.
    let redirect_uri = query.first("redirect_uri").unwrap_or_else(|| redirect_uri.as_str()).to_owned();
    Ok(Consent {
        consent_id: random::token(&*state.random),
        client_id: client.client_id.clone(),
        redirect_uri,
        scope: scope.split_whitespace().collect::<Vec<_>>().join(" "),
        state: query.first("state").map(str::to_owned),
        code_challenge,
        expires_at: state.clock.now_ms() + FORM_MILLISECONDS,
    })
}

/// Decides as the controls say, without asking anybody.
async fn automatic(state: &State) -> Result<Option<Decision>, Refusal> {
    let choice = state.control.consent();
    if choice.outcome == ConsentOutcome::Deny {
        return Ok(None);
    }
    consent::without_asking(state, &choice).await
}

/// Sends the user back to the app: with a code when there is a decision, else with the refusal.
async fn decide(state: &State, consent: &Consent, decision: Option<Decision>) -> Result<Response, Refusal> {
    let Ok(mut redirect_uri) = Url::parse(&consent.redirect_uri) else {
        return Ok(pages::problem(state, "Unauthorized client", "The callback address cannot be used."));
    };
    let Some(decision) = decision else {
        let event = Event::ConsentRefused { client: consent.client_id.clone() };
        state.control.ledger.note(state.clock.now_ms(), None, event);
        return Ok(redirect_error(&redirect_uri, "access_denied", consent.state.as_deref()));
    };
    let code = consent::grant(state, consent, &decision).await?;
    redirect_uri.query_pairs_mut().append_pair("code", &code);
    Ok(redirect(redirect_uri, consent.state.as_deref()))
}

fn redirect_error(redirect_uri: &Url, error: &str, state: Option<&str>) -> Response {
    let description = match error {
        "access_denied" => "User did not authorize the request",
        "invalid_scope" => "The app may not ask for one of the scopes",
        "unsupported_response_type" => "response_type must be code",
        _ => "code_challenge_method must be S256",
    };
    let mut redirect_uri = redirect_uri.clone();
    redirect_uri.query_pairs_mut().append_pair("error", error).append_pair("error_description", description);
    redirect(redirect_uri, state)
}

fn redirect(mut redirect_uri: Url, state: Option<&str>) -> Response {
    if let Some(state) = state {
        redirect_uri.query_pairs_mut().append_pair("state", state);
    }
    (StatusCode::FOUND, [(LOCATION, String::from(redirect_uri))]).into_response()
}

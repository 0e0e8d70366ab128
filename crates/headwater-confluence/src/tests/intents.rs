//! What people want to do, in their words, leads to the tool that does it.

use headwater_catalog::connector::Connector as _;

use super::confluence;

/// What somebody wants, and the tool that must be among the first three.
const INTENTS: [(&str, &str); 84] = [
    ("find pages about onboarding", "confluence_search"),
    ("search for documents that mention kubernetes", "confluence_search"),
    ("where is the incident runbook", "confluence_search"),
    ("read a page", "confluence_page_get"),
    ("open the page with this id", "confluence_page_get"),
    ("show me the content of a page", "confluence_page_get"),
    ("write a new page", "confluence_page_create"),
    ("publish meeting notes", "confluence_page_create"),
    ("change the text of a page", "confluence_page_update"),
    ("edit an existing page", "confluence_page_update"),
    ("rename a page", "confluence_page_title_update"),
    ("delete a page", "confluence_page_delete"),
    ("what pages are in this space", "confluence_space_pages_list"),
    ("list all pages", "confluence_page_list"),
    ("which pages are below this page", "confluence_page_children_get"),
    ("show the whole tree under a page", "confluence_page_descendants_get"),
    ("what are the parents of this page", "confluence_page_ancestors_get"),
    ("who changed this page and when", "confluence_page_versions_get"),
    ("page history", "confluence_page_versions_get"),
    ("move a page under another parent", "confluence_page_move"),
    ("copy a page", "confluence_page_copy"),
    ("archive old pages", "confluence_pages_archive"),
    ("hide sensitive text on a page", "confluence_page_redact"),
    ("who can edit this page", "confluence_content_restrictions_get"),
    ("restrict a page to one group", "confluence_content_restriction_group_add"),
    ("may this user see the page", "confluence_content_permission_check"),
    ("attach a file to a page", "confluence_attachment_upload"),
    ("upload an image", "confluence_attachment_upload"),
    ("download an attachment", "confluence_attachment_download"),
    ("what files are attached to this page", "confluence_page_attachments_get"),
    ("replace an attached file with a newer one", "confluence_attachment_data_update"),
    ("preview picture of a file", "confluence_attachment_thumbnail_get"),
    ("comment on a page", "confluence_footer_comment_create"),
    ("leave feedback at the bottom of a page", "confluence_footer_comment_create"),
    ("comment on a sentence in the text", "confluence_inline_comment_create"),
    ("resolve an inline comment", "confluence_inline_comment_update"),
    ("read the comments of a page", "confluence_footer_comments_get"),
    ("reply to a comment", "confluence_footer_comment_create"),
    ("add a tag to a page", "confluence_content_labels_add"),
    ("which labels does this page have", "confluence_page_labels_get"),
    ("find pages with a label", "confluence_label_pages_get"),
    ("remove a label", "confluence_content_label_remove"),
    ("list the spaces", "confluence_space_list"),
    ("create a space for my team", "confluence_space_create"),
    ("who has access to this space", "confluence_space_permission_assignments_get"),
    ("write a blog post", "confluence_blogpost_create"),
    ("latest news posts", "confluence_blogpost_list"),
    ("what are my open tasks", "confluence_task_list"),
    ("tick off a task", "confluence_task_update"),
    ("who am I", "confluence_user_current_get"),
    ("find a colleague by name", "confluence_users_search"),
    ("names of several users at once", "confluence_users_bulk_lookup"),
    ("members of a group", "confluence_group_members_list"),
    ("subscribe to changes of a page", "confluence_content_watch_add"),
    ("how many people viewed this page", "confluence_content_views_get"),
    ("how many likes does a page have", "confluence_page_like_count_get"),
    ("make a folder", "confluence_folder_create"),
    ("new whiteboard", "confluence_whiteboard_create"),
    ("create a database", "confluence_database_create"),
    ("mark a page as in progress", "confluence_content_state_set"),
    ("look up the vacation policy", "confluence_search"),
    ("append text to a page", "confluence_page_update"),
    ("who wrote this page", "confluence_page_versions_get"),
    ("share the page with Bob", "confluence_content_restriction_user_add"),
    ("make the page private", "confluence_content_restrictions_set"),
    ("put a screenshot on the page", "confluence_attachment_upload"),
    ("delete a comment", "confluence_footer_comment_delete"),
    ("what did people say about this page", "confluence_footer_comments_get"),
    ("create a subpage", "confluence_page_create"),
    ("list my spaces", "confluence_space_list"),
    ("space details", "confluence_space_get"),
    ("recently updated pages", "confluence_page_list"),
    ("stop watching a page", "confluence_content_watch_remove"),
    ("what groups am I in", "confluence_user_groups_list"),
    ("users in a group", "confluence_group_members_list"),
    ("check progress of the copy", "confluence_long_task_get"),
    ("metadata of a page", "confluence_page_property_list"),
    ("delete a file", "confluence_attachment_delete"),
    ("replies to a comment", "confluence_footer_comment_children_get"),
    ("pages with the label release", "confluence_label_pages_get"),
    ("mark the task as done", "confluence_task_update"),
    ("todo list", "confluence_task_list"),
    ("invite somebody", "confluence_access_by_email_invite"),
    ("duplicate a page", "confluence_page_copy"),
];

#[test]
fn an_intent_leads_to_its_tool() {
    let confluence = confluence();
    let catalogue = confluence.catalogue();
    let mut lost = Vec::new();
    for (intent, tool) in INTENTS {
        assert!(catalogue.get(tool).is_some(), "there is no {tool}");
        let hits = catalogue.search(intent);
        let first: Vec<&str> = hits.iter().take(3).map(|hit| hit.tool.name.as_str()).collect();
        if !first.contains(&tool) {
            let place = hits.iter().position(|hit| hit.tool.name == tool);
            lost.push(format!("{intent}: {tool} is at {place:?}, behind {first:?}"));
        }
    }
    assert!(lost.is_empty(), "{} of {} are lost:\n{}", lost.len(), INTENTS.len(), lost.join("\n"));
}

#[test]
fn a_name_that_says_what_was_meant_leads_to_the_tool() {
    let confluence = confluence();
    let table = [
        ("confluence_content_move", "confluence_page_move"),
        ("confluence_page_search", "confluence_search"),
        ("confluence_add_label", "confluence_content_labels_add"),
        ("confluence_get_page", "confluence_page_get"),
        ("confluence_upload_attachment", "confluence_attachment_upload"),
        ("confluence_comment_create", "confluence_footer_comment_create"),
        ("confluence_get_current_user", "confluence_user_current_get"),
    ];
    for (name, meant) in table {
        let near = confluence.catalogue().nearest(name, 3);
        assert!(near.contains(&meant), "{name}: {near:?}");
    }
}

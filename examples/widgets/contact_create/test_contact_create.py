"""The form that adds a contact."""

from playwright.sync_api import expect

from widget_workbench.testing import Community


def test_what_is_typed_is_sent(community: Community) -> None:
    contacts = community.connectors["crm-contacts"]
    contacts.respond(json={"id": "contact-7", "firstName": "Ann", "lastName": "Lee"}, required=True)
    widget = community.open("contact_create").widget("contact_create")
    widget.get_by_label("First name").fill("Ann")
    widget.get_by_label("Last name").fill("Lee")
    widget.get_by_label("Email").fill("ann@example.com")
    widget.get_by_role("button", name="Add contact").click()
    expect(widget.get_by_role("status")).to_have_text("Ann Lee is in the CRM now, as contact-7.")
    [call] = contacts.calls
    assert (call.method, call.payload) == (
        "POST",
        {"firstName": "Ann", "lastName": "Lee", "email": "ann@example.com"},
    )


def test_a_refusal_can_be_mended_and_sent_again(community: Community) -> None:
    community.connectors["crm-contacts"].respond(
        sequence=[
            {"status": 409, "json": {"message": "This contact is there already."}},
            {"json": {"id": "contact-8", "firstName": "Jane", "lastName": "Doe"}},
        ],
        required=True,
    )
    widget = community.open("contact_create").widget("contact_create")
    add = widget.get_by_role("button", name="Add contact")
    add.click()
    expect(widget.get_by_role("status")).to_contain_text("This contact is there already.")
    add.click()
    expect(widget.get_by_role("status")).to_contain_text("Jane Doe is in the CRM now")
